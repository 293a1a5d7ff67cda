// No page opens without the server here: what a worker of another time keeps goes, and so does the worker.
addEventListener('install', () => skipWaiting())
addEventListener('activate', (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith('ai-editor:')) await caches.delete(name)
  await registration.unregister()
})()))
