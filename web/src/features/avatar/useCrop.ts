import { onBeforeUnmount, onMounted, shallowRef, watch, type Ref } from 'vue'
import { cut, drag, fit, paint, whole, type View } from '@/features/avatar/crop'

/** A picture from a file, and the square of it that the person has in view. */
export function useCrop(file: File, canvas: Ref<HTMLCanvasElement | null>) {
  const picture = shallowRef<ImageBitmap | null>(null)
  const unreadable = shallowRef(false)
  const view = shallowRef<View>({ x: 0, y: 0, zoom: 1 })

  onMounted(async () => {
    try {
      picture.value = await createImageBitmap(file)
      view.value = whole(picture.value)
    } catch {
      unreadable.value = true
    }
  })
  onBeforeUnmount(() => picture.value?.close())

  watch([picture, view], () => {
    if (canvas.value && picture.value) paint(canvas.value, picture.value, picture.value, view.value)
  }, { flush: 'post' })

  /** Moves the picture by shares of the square's side. */
  function move(right: number, down: number): void {
    if (picture.value) view.value = drag(picture.value, view.value, right, down)
  }

  function zoomTo(zoom: number): void {
    if (picture.value) view.value = fit(picture.value, { ...view.value, zoom })
  }

  async function result(): Promise<Blob | null> {
    return picture.value && cut(picture.value, picture.value, view.value)
  }

  return { picture, view, unreadable, move, zoomTo, result }
}
