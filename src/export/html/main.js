
// What the reader does: pointer, keys, search, filters, address. Every change ends in `update`.

const pointers = new Map();
let travelled = 0;
let spread = 0;
// What was clicked in the picture is seen already.
let pointed = false;

function update({ move = false, animated = true } = {}) {
  state.hits = search(state.query);
  state.hit = state.hits.indexOf(state.node);
  markFilters();
  fillResults();
  fillDetails();
  // The details take room from the picture, so that they come first.
  resize();
  if (move && state.node) show(state.node, animated);
  else if (move && state.edge) show({ x: (state.edge.source.x + state.edge.target.x) / 2, y: (state.edge.source.y + state.edge.target.y) / 2 }, animated);
  else redraw();
}

// Keeps the address in step without a step in the browser's history.
function note() {
  try {
    history.replaceState(null, "", address(state));
  } catch {
    // Some hosts of the file allow no history; the page works without.
  }
}

// A selection is a step that the browser's Back undoes; whether it is a new one.
function select({ node = null, edge = null }) {
  const next = address({ node, edge });
  if (location.hash === next || (next === "#" && !location.hash)) return false;
  location.hash = next;
  return true;
}

const unselect = () => { select({}); canvas.focus({ preventScroll: true }); };

function filtered() {
  note();
  update();
}

addEventListener("hashchange", () => {
  readAddress();
  update({ move: !pointed });
  pointed = false;
});

// Search.
byId("search").addEventListener("input", (event) => {
  state.query = event.target.value;
  [state.node, state.edge] = [null, null];
  note();
  update();
});
byId("search").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && state.hits.length) {
    const step = event.shiftKey ? state.hits.length - 1 : 1;
    const next = state.hit < 0 ? 0 : (state.hit + step) % state.hits.length;
    select({ node: state.hits[next] });
  } else if (event.key === "Escape" && state.query) {
    state.query = "";
    note();
    update();
  } else {
    return;
  }
  event.preventDefault();
});

// Filters.
for (const [id, list] of [["kinds", kinds], ["relations", relations]]) {
  for (const [name, shown] of [["all", true], ["none", false]]) {
    document.querySelector(`[data-${name}="${id}"]`).addEventListener("click", () => {
      list.forEach((item) => { item.shown = shown; });
      filtered();
    });
  }
}
byId("filters-toggle").addEventListener("click", ({ currentTarget }) => {
  currentTarget.setAttribute("aria-expanded", String(currentTarget.getAttribute("aria-expanded") !== "true"));
});

// Pointers: one drags, two pinch, and one that hardly moved has clicked.
canvas.addEventListener("pointerdown", (event) => {
  try {
    canvas.setPointerCapture(event.pointerId);
  } catch {
    // It has gone already.
  }
  pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
  if (pointers.size === 1) travelled = 0;
  spread = pinch();
});
canvas.addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId);
  if (!before) return point(event);
  const now = { x: event.offsetX, y: event.offsetY };
  pointers.set(event.pointerId, now);
  travelled += Math.hypot(now.x - before.x, now.y - before.y);
  if (travelled < 5) return undefined;
  byId("tip").hidden = true;
  canvas.classList.add("moving");
  pan((now.x - before.x) / pointers.size, (now.y - before.y) / pointers.size);
  if (pointers.size === 2) {
    const next = pinch();
    const [one, other] = [...pointers.values()];
    if (spread) zoomAt(next / spread, (one.x + other.x) / 2, (one.y + other.y) / 2);
    spread = next;
  }
  return undefined;
});
for (const name of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(name, (event) => {
    const known = pointers.delete(event.pointerId);
    canvas.classList.remove("moving");
    spread = pinch();
    if (!known || name === "pointercancel" || travelled >= 5 || pointers.size) return;
    const found = under(event.offsetX, event.offsetY);
    pointed = select(found.node ? { node: found.node } : { edge: found.edge });
  });
}
canvas.addEventListener("pointerleave", () => hover(null, null));

function pinch() {
  if (pointers.size !== 2) return 0;
  const [one, other] = [...pointers.values()];
  return Math.hypot(one.x - other.x, one.y - other.y);
}

function point(event) {
  if (event.pointerType === "touch") return;
  const found = under(event.offsetX, event.offsetY);
  hover(found.node ?? null, found.edge ?? null);
  const tip = byId("tip");
  const told = tipOf(found);
  tip.hidden = !told;
  if (!told) return;
  tip.textContent = told;
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(6, Math.min(event.offsetX + 14, size.width - box.width - 6))}px`;
  tip.style.top = `${Math.max(6, event.offsetY + 18 + box.height > size.height ? event.offsetY - box.height - 12 : event.offsetY + 18)}px`;
}

function tipOf({ node, edge }) {
  if (node) return [node.name, node.kind.name].filter(Boolean).join("\n").slice(0, 400);
  if (edge) return [`${edge.source.name} ${edge.relation.verb} ${edge.target.name}`, edge.properties.why].filter((text) => typeof text === "string").join("\n").slice(0, 400);
  return "";
}

function hover(node, edge) {
  if (!node && !edge) byId("tip").hidden = true;
  if (state.hover === node && state.hoverEdge === edge) return;
  [state.hover, state.hoverEdge] = [node, edge];
  canvas.classList.toggle("over", Boolean(node || edge));
  redraw();
}

canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  // Lines and pages scroll further than pixels do.
  const unit = [1, 16, 120][event.deltaMode];
  zoomAt(Math.exp(-Math.max(-240, Math.min(240, event.deltaY * unit)) * (event.ctrlKey ? 0.01 : 0.0022)), event.offsetX, event.offsetY);
}, { passive: false });
canvas.addEventListener("dblclick", (event) => zoomAt(1.8, event.offsetX, event.offsetY));

// Keys.
const KEYS = {
  ArrowLeft: () => pan(70, 0),
  ArrowRight: () => pan(-70, 0),
  ArrowUp: () => pan(0, 70),
  ArrowDown: () => pan(0, -70),
  "+": () => zoomAt(1.3),
  "=": () => zoomAt(1.3),
  "-": () => zoomAt(1 / 1.3),
  0: () => fit(),
};
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === "INPUT") return;
  // Elsewhere the arrows scroll.
  const key = event.target === canvas || !event.key.startsWith("Arrow") ? KEYS[event.key] : undefined;
  if (key) key();
  else if (event.key === "/") byId("search").focus();
  else if (event.key === "Escape" && (state.node || state.edge)) unselect();
  else return;
  event.preventDefault();
});

byId("zoom-in").addEventListener("click", () => zoomAt(1.4));
byId("zoom-out").addEventListener("click", () => zoomAt(1 / 1.4));
byId("fit").addEventListener("click", () => fit());
byId("theme").addEventListener("click", () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  recolour();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => recolour());

function recolour() {
  takeColours();
  fillFilters();
  update();
}

// How long a picture takes, for measurements: `#bench=60` draws so many, each a little further.
function bench(frames) {
  const times = [];
  for (let frame = 0; frame < frames; frame += 1) {
    const start = performance.now();
    camera.x += frame % 2 ? 3 : -3;
    paint();
    // Reading a pixel waits until all is drawn.
    context.getImageData(0, 0, 1, 1);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const told = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1);
  byId("bench").textContent = `${frames} frames of ${nodes.length} nodes and ${edges.length} edges: median ${told(0.5)} ms, slowest tenth ${told(0.9)} ms`;
}

const parameters = readAddress();
takeColours();
fillHead();
fillFilters();
update();
fit(false);
if (state.node || state.edge) update({ move: true, animated: false });
else if (state.hits.length) fly(around(state.hits), false);
paint();
new ResizeObserver(resize).observe(canvas.parentElement);
if (parameters.has("bench")) bench(Math.min(1000, Number(parameters.get("bench")) || 60));
