/** The same document in the other tabs of the same person: they agree without a server, too. */
export interface Tabs {
  post: (frame: Uint8Array) => void
  close: () => void
}

export function openTabs(name: string, received: (frame: Uint8Array) => void): Tabs {
  if (typeof BroadcastChannel === 'undefined') return { post: () => undefined, close: () => undefined }
  const channel = new BroadcastChannel(name)
  channel.onmessage = ({ data }) => { if (data instanceof Uint8Array) received(data) }
  return { post: (frame) => channel.postMessage(frame), close: () => channel.close() }
}
