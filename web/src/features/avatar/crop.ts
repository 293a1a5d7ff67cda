/** Which square of a picture is shown: its middle in the picture's pixels, and how much closer than whole. */
export interface View { x: number, y: number, zoom: number }

interface Size { width: number, height: number }

export const MAX_ZOOM = 4

function within(value: number, from: number, to: number): number {
  return Math.min(Math.max(value, from), to)
}

/** The side of the square that is shown, in the picture's pixels. */
export function sideOf({ width, height }: Size, zoom: number): number {
  return Math.min(width, height) / zoom
}

/** The nearest view that shows nothing beyond the picture's edge. */
export function fit(size: Size, view: View): View {
  const zoom = within(view.zoom, 1, MAX_ZOOM)
  const half = sideOf(size, zoom) / 2
  return { x: within(view.x, half, size.width - half), y: within(view.y, half, size.height - half), zoom }
}

/** The largest square in the middle. */
export function whole({ width, height }: Size): View {
  return { x: width / 2, y: height / 2, zoom: 1 }
}

/** The view after the picture was dragged by a share of the square's side. */
export function drag(size: Size, view: View, right: number, down: number): View {
  const side = sideOf(size, view.zoom)
  return fit(size, { ...view, x: view.x - right * side, y: view.y - down * side })
}

/** Draws the view into a square canvas. */
export function paint(canvas: HTMLCanvasElement, picture: CanvasImageSource, size: Size, view: View): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const side = sideOf(size, view.zoom)
  context.imageSmoothingQuality = 'high'
  context.clearRect(0, 0, canvas.width, canvas.height)
  context.drawImage(picture, view.x - side / 2, view.y - side / 2, side, side, 0, 0, canvas.width, canvas.height)
}

const SIDES = [512, 256]
const LIMIT = 1 << 20

function encode(canvas: HTMLCanvasElement): Promise<Blob | null> {
  // A browser that writes no WebP writes PNG instead.
  return new Promise((resolve) => { canvas.toBlob(resolve, 'image/webp', 0.9) })
}

/** The view as a file that the server takes: square, and small enough. */
export async function cut(picture: CanvasImageSource, size: Size, view: View): Promise<Blob | null> {
  for (const side of SIDES) {
    const canvas = Object.assign(document.createElement('canvas'), { width: side, height: side })
    paint(canvas, picture, size, view)
    const file = await encode(canvas)
    if (file && file.size <= LIMIT) return file
  }
  return null
}
