
// Draws the picture: lines, then glyphs, then as many labels as fit, the most important first.

const context = canvas.getContext("2d");
const FONT = '"Helvetica Neue", system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif';
const MOST_LABELS = 400;
const MOST_VERBS = 40;
let colours;
let requested = 0;

// A kind's glyph, as wide as 24 units; nodes scale it.
for (const kind of kinds) {
  kind.path = new Path2D(kind.outline);
  kind.lines = kind.detail && new Path2D(kind.detail);
}

function redraw() {
  requested ||= requestAnimationFrame(paint);
}

function mix(one, other, share) {
  const part = (text, at) => parseInt(text.slice(at, at + 2), 16);
  const mixed = [1, 3, 5].map((at) => Math.round(part(one, at) * (1 - share) + part(other, at) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

// The palette is made for paper; in the dark, fill and border change their parts.
function takeColours() {
  const style = getComputedStyle(document.documentElement);
  const dark = isDark();
  const read = (name) => style.getPropertyValue(name).trim();
  const pick = (name) => (read(name).match(/#[0-9a-f]{6}/gi) ?? ["#888888"])[0];
  const pair = (name) => (read(name).match(/#[0-9a-f]{6}/gi) ?? ["#888888", "#888888"]);
  const value = (name) => pair(name)[dark ? pair(name).length - 1 : 0] ?? pick(name);
  colours = { dark, paper: value("--paper"), ink: value("--ink"), soft: value("--soft"), accent: value("--accent") };
  for (const kind of kinds) {
    kind.colours = dark
      ? { fill: mix(kind.border, "#000000", 0.12), rim: mix(kind.fill, kind.border, 0.3), text: mix(kind.fill, kind.border, 0.18), line: mix(kind.fill, kind.border, 0.45) }
      : { fill: kind.fill, rim: kind.border, text: mix(kind.border, "#000000", 0.15), line: kind.border };
    kind.colours.dot = mix(kind.fill, kind.border, dark ? 0.35 : 0.68);
  }
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function resize() {
  const box = canvas.parentElement.getBoundingClientRect();
  const ratio = window.devicePixelRatio || 1;
  [size.width, size.height] = [Math.max(1, box.width), Math.max(1, box.height)];
  canvas.width = Math.round(size.width * ratio);
  canvas.height = Math.round(size.height * ratio);
  paint();
}

function paint() {
  cancelAnimationFrame(requested);
  requested = 0;
  const ratio = canvas.width / size.width;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.globalAlpha = 1;
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, size.width, size.height);
  const centre = focus();
  locate();
  paintLines(centre);
  paintGlyphs(centre);
  paintLabels(centre);
  // For tests and for scripts that take pictures.
  canvas.dataset.view = [camera.x, camera.y, camera.zoom].map((value) => value.toFixed(3)).join(" ");
}

// Every node's place on the screen.
function locate() {
  const scale = glyphScale();
  for (const node of nodes) {
    node.left = (node.x - camera.x) * camera.zoom + size.width / 2;
    node.top = (node.y - camera.y) * camera.zoom + size.height / 2;
    node.reach = Math.max(1.3, node.radius * scale);
    node.seen = isShown(node) && node.left > -60 && node.left < size.width + 60 && node.top > -60 && node.top < size.height + 60;
  }
}

// The point that a line is drawn towards, in screen pixels: none for straight lines.
function bendOf(edge) {
  if (!edge.bend) return null;
  const { source, target } = edge;
  const [x, y] = [target.left - source.left, target.top - source.top];
  const length = Math.hypot(x, y) || 1;
  const out = edge.bend * Math.min(36, 12 + length * 0.12) * Math.min(1, camera.zoom + 0.3);
  return { x: source.left + x / 2 - (y / length) * out, y: source.top + y / 2 + (x / length) * out };
}

function trace(edge) {
  const { source, target } = edge;
  if (source === target) {
    const radius = source.reach * (0.6 + 0.25 * edge.bend);
    context.moveTo(source.left + radius, source.top - source.reach - radius * 0.6);
    context.arc(source.left, source.top - source.reach - radius * 0.6, radius, 0, 2 * Math.PI);
    return;
  }
  const bend = bendOf(edge);
  context.moveTo(source.left, source.top);
  bend ? context.quadraticCurveTo(bend.x, bend.y, target.left, target.top) : context.lineTo(target.left, target.top);
}

function crossesScreen({ source, target }) {
  return Math.max(source.left, target.left) > -40 && Math.min(source.left, target.left) < size.width + 40
    && Math.max(source.top, target.top) > -40 && Math.min(source.top, target.top) < size.height + 40;
}

function paintLines(centre) {
  // Many lines are thinner and paler, or they would be one blot.
  const crowd = Math.min(1, Math.sqrt(500 / (edges.length + 1)) + camera.zoom * 0.25);
  context.lineWidth = crowd < 0.4 ? 0.7 : 1;
  context.globalAlpha = (colours.dark ? 0.34 : 0.36) * Math.max(0.2, Math.min(1, 1.3 * crowd)) * (centre ? 0.35 : 1);
  const byKind = new Map(kinds.map((kind) => [kind, []]));
  const strong = [];
  for (const edge of edges) {
    if (!isDrawn(edge)) continue;
    if (centre?.edges.has(edge)) strong.push(edge);
    else if (crossesScreen(edge)) byKind.get(edge.source.kind).push(edge);
  }
  for (const [kind, lines] of byKind) {
    context.strokeStyle = kind.colours.line;
    // Short paths: the time for one path grows faster than its length.
    for (let at = 0; at < lines.length; at += 64) {
      context.beginPath();
      for (let index = at; index < Math.min(at + 64, lines.length); index += 1) trace(lines[index]);
      context.stroke();
    }
    if (camera.zoom > 0.5 && !centre) paintHeads(lines, kind.colours.line);
  }
  context.globalAlpha = strong.length > 80 ? 0.55 : 0.9;
  context.lineWidth = strong.length > 80 ? 1.1 : 1.7;
  for (const edge of strong) {
    context.strokeStyle = edge.source.kind.colours.line;
    context.beginPath();
    trace(edge);
    context.stroke();
    paintHeads([edge], edge.source.kind.colours.line);
  }
}

// Arrowheads, at the rim of the node that a line leads to.
function paintHeads(lines, colour) {
  context.fillStyle = colour;
  context.beginPath();
  for (const edge of lines) {
    const { source, target } = edge;
    if (source === target || !target.seen) continue;
    const from = bendOf(edge) ?? { x: source.left, y: source.top };
    const [x, y] = [target.left - from.x, target.top - from.y];
    const length = Math.hypot(x, y);
    if (length < target.reach + 4) continue;
    const [along, across] = [x / length, y / length];
    const [tipX, tipY] = [target.left - along * (target.reach + 1), target.top - across * (target.reach + 1)];
    context.moveTo(tipX, tipY);
    context.lineTo(tipX - along * 7 - across * 2.8, tipY - across * 7 + along * 2.8);
    context.lineTo(tipX - along * 7 + across * 2.8, tipY - across * 7 - along * 2.8);
    context.closePath();
  }
  context.fill();
}

function paintGlyphs(centre) {
  const hits = new Set(state.hits);
  // The most connected last, on top.
  for (let index = byWeight.length - 1; index >= 0; index -= 1) {
    const node = byWeight[index];
    if (!node.seen) continue;
    const inFocus = !centre || centre.nodes.has(node);
    context.globalAlpha = inFocus ? 1 : 0.16;
    paintGlyph(node);
    const ring = node === state.node || node === state.hover || (hits.has(node) && !state.node);
    if (ring) {
      context.globalAlpha = 1;
      context.strokeStyle = colours.accent;
      context.lineWidth = node === state.node ? 3 : 2;
      context.beginPath();
      context.arc(node.left, node.top, node.reach + 4, 0, 2 * Math.PI);
      context.stroke();
    }
  }
  context.globalAlpha = 1;
}

function paintGlyph(node) {
  const look = node.kind.colours;
  if (node.reach < 3) {
    // Too small for a shape.
    context.fillStyle = look.dot;
    context.fillRect(node.left - node.reach, node.top - node.reach, 2 * node.reach, 2 * node.reach);
    return;
  }
  const scale = node.reach / 12;
  context.save();
  context.translate(node.left, node.top);
  context.scale(scale, scale);
  context.fillStyle = node.reach < 6 ? look.dot : look.fill;
  context.fill(node.kind.path);
  context.strokeStyle = look.rim;
  context.lineWidth = (node.reach < 6 ? 1 : 1.5) / scale;
  context.stroke(node.kind.path);
  if (node.kind.lines && node.reach > 7) context.stroke(node.kind.lines);
  context.restore();
}

// The lines of a label, broken between words; made once.
function labelOf(node) {
  if (node.label) return node.label;
  const lines = [""];
  for (const word of node.name.slice(0, 200).trim().split(/\s+/)) {
    const last = lines[lines.length - 1];
    if (last && last.length + 1 + word.length > 22) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  const shown = lines.slice(0, 3).map((line) => ([...line].length > 30 ? `${[...line].slice(0, 29).join("")}…` : line));
  if (lines.length > 3) shown[2] += "…";
  context.font = `12px ${FONT}`;
  node.label = { lines: shown, width: Math.max(...shown.map((line) => context.measureText(line).width)) };
  return node.label;
}

function paintLabels(centre) {
  const taken = new Grid();
  const points = Math.min(15, 12 * Math.max(1, camera.zoom ** 0.4));
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  // From afar only some, so that the picture shows through.
  let left = camera.zoom < 0.9 ? Math.min(MOST_LABELS, (size.width * size.height) / 11000) : MOST_LABELS;
  const first = [state.node, state.hover, state.edge?.source, state.edge?.target].filter((node) => node?.seen);
  const write = (node, forced) => {
    const label = labelOf(node);
    const [width, height] = [label.width * (points / 12) + 6, label.lines.length * points * 1.18 + 2];
    // Kept on the screen as long as its node is.
    const inside = node.left > 0 && node.left < size.width;
    const x = inside ? Math.max(4, Math.min(size.width - width - 4, node.left - width / 2)) : node.left - width / 2;
    const box = { x, y: node.top + node.reach + 3, width, height };
    if (!forced && !taken.isFree(box)) return;
    taken.add(box);
    left -= 1;
    const strong = forced || node === state.node;
    context.font = `${strong ? "600 " : ""}${points}px ${FONT}`;
    context.fillStyle = node.kind.colours.text;
    context.strokeStyle = colours.paper;
    context.lineWidth = 3.5;
    label.lines.forEach((line, index) => {
      const y = box.y + points * (0.62 + 1.18 * index);
      context.strokeText(line, x + width / 2, y);
      context.fillText(line, x + width / 2, y);
    });
  };
  for (const node of first) write(node, true);
  if (centre && centre.edges.size <= MOST_VERBS) paintVerbs(centre.edges, taken, points);
  // The most important cover glyphs if they must; the others keep off.
  let bold = centre ? MOST_LABELS : Math.ceil(left / 2);
  for (const node of byWeight) {
    if (left <= 0) break;
    if (!node.seen || first.includes(node) || (centre && !centre.nodes.has(node))) continue;
    if (bold === 0) takeGlyphs(taken);
    bold -= 1;
    write(node, false);
  }
}

function takeGlyphs(taken) {
  for (const { seen, left, top, reach } of byWeight) {
    if (seen && reach > 3.4) taken.add({ x: left - reach * 0.7, y: top - reach * 0.6, width: reach * 1.4, height: reach * 1.2 });
  }
}

// What the lines in focus say, where there is room.
function paintVerbs(lines, taken, points) {
  context.font = `${points - 1}px ${FONT}`;
  context.fillStyle = colours.soft;
  context.strokeStyle = colours.paper;
  context.lineWidth = 3.5;
  for (const edge of lines) {
    const { source, target, relation } = edge;
    if (source === target) continue;
    const bend = bendOf(edge);
    const [x, y] = [(source.left + target.left) / 2, (source.top + target.top) / 2];
    const middle = bend ? { x: (x + bend.x) / 2, y: (y + bend.y) / 2 } : { x, y };
    const width = context.measureText(relation.verb).width + 4;
    if (Math.hypot(source.left - target.left, source.top - target.top) < width + source.reach + target.reach + 12) continue;
    const box = { x: middle.x - width / 2, y: middle.y - points / 2, width, height: points };
    if (!taken.isFree(box)) continue;
    taken.add(box);
    context.strokeText(relation.verb, middle.x, middle.y);
    context.fillText(relation.verb, middle.x, middle.y);
  }
}

// Which places of the screen are taken, by squares.
class Grid {
  constructor() {
    this.cells = new Map();
  }

  * around({ x, y, width, height }) {
    for (let column = Math.floor(x / 64); column <= Math.floor((x + width) / 64); column += 1) {
      for (let row = Math.floor(y / 64); row <= Math.floor((y + height) / 64); row += 1) yield column * 4096 + row;
    }
  }

  isFree(box) {
    for (const cell of this.around(box)) {
      for (const other of this.cells.get(cell) ?? []) {
        if (box.x < other.x + other.width && other.x < box.x + box.width && box.y < other.y + other.height && other.y < box.y + box.height) return false;
      }
    }
    return true;
  }

  add(box) {
    for (const cell of this.around(box)) {
      if (!this.cells.has(cell)) this.cells.set(cell, []);
      this.cells.get(cell).push(box);
    }
  }
}

// The node, else the edge, under a point of the screen.
function under(x, y) {
  for (const node of byWeight) {
    if (node.seen && Math.hypot(node.left - x, node.top - y) <= Math.max(node.reach + 3, 9)) return { node };
  }
  let [best, nearest] = [null, 6];
  for (const edge of edges) {
    if (!isDrawn(edge) || edge.source === edge.target) continue;
    const distance = distanceTo(edge, x, y);
    if (distance < nearest) [best, nearest] = [edge, distance];
  }
  return { edge: best };
}

function distanceTo(edge, x, y) {
  const { source, target } = edge;
  const bend = bendOf(edge);
  if (!bend) return distanceToLine(source.left, source.top, target.left, target.top, x, y);
  const [middleX, middleY] = [(source.left + target.left) / 4 + bend.x / 2, (source.top + target.top) / 4 + bend.y / 2];
  return Math.min(
    distanceToLine(source.left, source.top, middleX, middleY, x, y),
    distanceToLine(middleX, middleY, target.left, target.top, x, y),
  );
}

function distanceToLine(fromX, fromY, toX, toY, x, y) {
  const [dx, dy] = [toX - fromX, toY - fromY];
  const share = Math.max(0, Math.min(1, ((x - fromX) * dx + (y - fromY) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(fromX + share * dx - x, fromY + share * dy - y);
}
