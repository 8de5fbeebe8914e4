// Where the reader looks: a centre, as shares of a picture's width and height, and how far the large picture is zoomed in.
function makeLook(onChange) {
  let x = 0.5, y = 0.5, zoom = 1, side = null;
  const within = (value, most) => Math.max(0, Math.min(value, most));

  // Part of a picture of w × h pixels: all of it, what is zoomed in to, or the square of the error crop.
  function part(kind, w, h) {
    const square = Math.min(side ?? Math.floor(Math.min(w, h) / 2), w, h);
    const [width, height] = kind === "zoom" ? [Math.round(w / zoom), Math.round(h / zoom)] : kind ? [square, square] : [w, h];
    const [left, top] = [Math.round(x * w - width / 2), Math.round(y * h - height / 2)];
    return { left: within(left, w - width), top: within(top, h - height), width, height };
  }

  function to(newX, newY) {
    [x, y] = [within(newX, 1), within(newY, 1)];
    onChange();
  }

  // box: left, top and side in a picture of this size, all in px.
  function at([left, top, length], [w, h]) {
    side = length;
    to((left + length / 2) / w, (top + length / 2) / h);
  }

  function zoomTo(factor) {
    zoom = factor;
    onChange();
  }

  return { part, to, at, zoomTo, move: (dx, dy) => to(x + dx / (4 * zoom), y + dy / (4 * zoom)) };
}
