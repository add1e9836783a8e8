
// Which part of the plane the canvas shows: the point in its middle, and how many pixels a unit has.

const canvas = document.getElementById("picture");
const camera = { x: 0, y: 0, zoom: 1 };
const size = { width: 1, height: 1 };
const ZOOMS = [0.02, 6];
let flight = 0;

const toScreen = (point) => ({
  x: (point.x - camera.x) * camera.zoom + size.width / 2,
  y: (point.y - camera.y) * camera.zoom + size.height / 2,
});
const toPlane = (x, y) => ({
  x: (x - size.width / 2) / camera.zoom + camera.x,
  y: (y - size.height / 2) / camera.zoom + camera.y,
});

// Glyphs grow slower than the plane, so that they are neither dots from afar nor blots from near.
const glyphScale = () => (camera.zoom < 1 ? camera.zoom ** 0.7 : camera.zoom ** 0.5);

const bounded = (zoom) => Math.min(ZOOMS[1], Math.max(ZOOMS[0], zoom));

// Zooms and keeps what lies under the point.
function zoomAt(factor, x = size.width / 2, y = size.height / 2) {
  cancelAnimationFrame(flight);
  const fixed = toPlane(x, y);
  camera.zoom = bounded(camera.zoom * factor);
  const moved = toPlane(x, y);
  camera.x += fixed.x - moved.x;
  camera.y += fixed.y - moved.y;
  redraw();
}

function pan(x, y) {
  cancelAnimationFrame(flight);
  camera.x -= x / camera.zoom;
  camera.y -= y / camera.zoom;
  redraw();
}

// Where all of these nodes and their labels are seen.
function around(list) {
  const [left, right] = extent(list, "x");
  const [top, bottom] = extent(list, "y");
  const margin = Math.min(90, size.width * 0.17);
  const zoom = Math.min((size.width - 2 * margin) / (right - left || 1), (size.height - 110) / (bottom - top || 1));
  return { x: (left + right) / 2, y: (top + bottom) / 2, zoom: bounded(Math.min(zoom, 1.6)) };
}

// Not `Math.min(...list)`: a list can be longer than a call takes arguments.
function extent(list, axis) {
  let [least, most] = [Infinity, -Infinity];
  for (const item of list) {
    least = Math.min(least, item[axis]);
    most = Math.max(most, item[axis]);
  }
  return least <= most ? [least, most] : [0, 0];
}

function fly(to, animated = true) {
  cancelAnimationFrame(flight);
  if (!animated || matchMedia("(prefers-reduced-motion: reduce)").matches) {
    Object.assign(camera, to);
    redraw();
    return;
  }
  const from = { ...camera };
  let start;
  const step = (now) => {
    start ??= now;
    const time = Math.min(1, (now - start) / 320);
    const eased = 1 - (1 - time) ** 3;
    camera.x = from.x + (to.x - from.x) * eased;
    camera.y = from.y + (to.y - from.y) * eased;
    camera.zoom = from.zoom * (to.zoom / from.zoom) ** eased;
    redraw();
    if (time < 1) flight = requestAnimationFrame(step);
  };
  flight = requestAnimationFrame(step);
}

const fit = (animated) => fly(around(nodes.filter(isShown)), animated);

// Goes to the node with all around it, when that can be seen at once; else to the node alone.
function show(node, animated) {
  const near = around([node, ...(node.edges ?? []).filter(isDrawn).flatMap((edge) => [edge.source, edge.target])]);
  if (near.zoom >= 0.3) fly({ ...near, zoom: Math.min(near.zoom, 1.25) }, animated);
  else fly({ x: node.x, y: node.y, zoom: Math.max(camera.zoom, 0.7) }, animated);
}
