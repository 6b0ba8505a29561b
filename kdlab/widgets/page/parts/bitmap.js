/**
 * A drawing as a fine bitmap, and as the coarse image that a network sees of it.
 *
 * A pixel is the share of ink in a block of 4x4 dots, as in the `digits` data set (Alpaydin and
 * Kaynak 1998). Places are in pixels, from the top left corner.
 */

export const DOTS = 4; // along each side of a pixel

export function createBitmap(height, width) {
  const [rows, columns] = [height * DOTS, width * DOTS];
  // Half of a stroke's width: 0.65 pixels for 8x8 digits, 1.2 for MNIST's 28x28.
  const pen = 0.43 + 0.0275 * height;
  const middle = (dot) => (dot + 0.5) / DOTS;
  const each = (action) => {
    for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) action(y * columns + x, x, y);
  };

  return {
    rows,
    columns,
    dots: new Float64Array(rows * columns), // 1 is ink

    /** The image, as a list of rows. */
    pixels() {
      const image = Array.from({ length: height }, () => new Array(width).fill(0));
      each((i, x, y) => (image[(y / DOTS) | 0][(x / DOTS) | 0] += this.dots[i] / DOTS ** 2));
      return image;
    },

    /** Take over an image: an even grey where a pixel differs. Returns whether any did. */
    show(image) {
      const before = this.pixels();
      let differs = false;
      each((i, x, y) => {
        const [row, column] = [(y / DOTS) | 0, (x / DOTS) | 0];
        if (Math.abs(image[row][column] - before[row][column]) < 1e-6) return; // but for rounding
        this.dots[i] = image[row][column];
        differs = true;
      });
      return differs;
    },

    /** Draw with a round pen, or erase with it where `ink` is 0. */
    line(from, to, ink) {
      const [dx, dy] = [to.x - from.x, to.y - from.y];
      const length2 = dx * dx + dy * dy || 1;
      each((i, x, y) => {
        const [px, py] = [middle(x) - from.x, middle(y) - from.y];
        const along = Math.min(Math.max((px * dx + py * dy) / length2, 0), 1);
        if (Math.hypot(px - along * dx, py - along * dy) <= pen) this.dots[i] = ink;
      });
    },

    /** Move and scale the drawing into the middle of a frame, in its own proportions. */
    fit([left, right, top, bottom]) {
      const [xs, ys] = [[], []];
      each((i, x, y) => this.dots[i] && (xs.push(middle(x)), ys.push(middle(y))));
      if (!xs.length) return;
      const span = (places) => {
        const [low, high] = [Math.min, Math.max].map((f) => places.reduce((a, b) => f(a, b)));
        return { centre: (low + high) / 2, size: high - low + 1 / DOTS };
      };
      const [h, v] = [span(xs), span(ys)];
      const scale = Math.min((right - left) / h.size, (bottom - top) / v.size);
      const before = this.dots;
      this.dots = before.map(() => 0);
      each((i, x, y) => {
        const column = Math.floor(((middle(x) - (left + right) / 2) / scale + h.centre) * DOTS);
        const row = Math.floor(((middle(y) - (top + bottom) / 2) / scale + v.centre) * DOTS);
        const inside = column >= 0 && column < columns && row >= 0 && row < rows;
        if (inside) this.dots[i] = before[row * columns + column];
      });
    },
  };
}
