// Characters that the embedded faces lack, drawn by the browser's own fonts on a small 2D canvas.

/** @type {OffscreenCanvasRenderingContext2D | null} */
let pen = null;

const families = [
  '400 {}px "Fairway Inter"',
  '600 {}px "Fairway Inter"',
  '400 {}px "Fairway Mono"',
];

/**
 * Advance, left, top, width, height, coloured (0 or 1), and premultiplied pixels.
 * @param {string} text @param {number} size device pixels @param {number} face
 */
export function rasterize(text, size, face) {
  pen ??= new OffscreenCanvas(64, 64).getContext('2d', { willReadFrequently: true });
  if (!pen) return { numbers: [size, 0, 0, 0, 0, 0], pixels: new Uint8Array(0) };
  const font = `${families[face].replace('{}', String(size))}, system-ui, sans-serif`;
  pen.font = font;
  const box = pen.measureText(text);
  if (box.width > 1 && box.actualBoundingBoxAscent + box.actualBoundingBoxDescent === 0) {
    return emptyBox(Math.round(box.width), Math.round(size * 0.7));
  }
  const left = Math.floor(-box.actualBoundingBoxLeft) - 1;
  const top = Math.ceil(box.actualBoundingBoxAscent) + 1;
  const width = Math.min(1000, Math.ceil(box.actualBoundingBoxRight) - left + 1);
  const height = Math.min(400, top + Math.ceil(box.actualBoundingBoxDescent) + 1);
  if (!(width > 0 && height > 0)) {
    return { numbers: [box.width, 0, 0, 0, 0, 0], pixels: new Uint8Array(0) };
  }
  pen.canvas.width = width;
  pen.canvas.height = height;
  pen.font = font;
  pen.fillStyle = '#fff';
  pen.fillText(text, -left, top);
  const { data } = pen.getImageData(0, 0, width, height);
  const coloured = premultiply(data);
  return { numbers: [box.width, left, top, width, height, coloured ? 1 : 0], pixels: data };
}

/** For what no font of this computer has: a frame, so that the place is not mistaken for a space.
 * @param {number} width @param {number} height */
function emptyBox(width, height) {
  const pixels = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const edge = y === 0 || y === height - 1 || x === 1 || x === width - 2;
      if (edge) pixels.fill(160, (y * width + x) * 4, (y * width + x) * 4 + 4);
    }
  }
  return { numbers: [width, 0, height, width, height, 0], pixels };
}

/** True when the picture has colours of its own. @param {Uint8ClampedArray} data */
function premultiply(data) {
  let coloured = false;
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3];
    if (alpha > 40 && (data[i] < 200 || data[i + 1] < 200 || data[i + 2] < 200)) coloured = true;
    for (let channel = 0; channel < 3; channel += 1) {
      data[i + channel] = Math.round((data[i + channel] * alpha) / 255);
    }
  }
  return coloured;
}
