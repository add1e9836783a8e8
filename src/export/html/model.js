
// The graph, and what of it is searched for, selected and hidden. Nothing here draws.

const raw = JSON.parse(document.getElementById("data").textContent);
const kinds = raw.kinds;
const relations = raw.relations;
const nodes = raw.nodes.map((node, place) => ({ ...node, place, kind: kinds[node.kind], edges: [] }));
const edges = raw.edges.map((edge, place) => ({
  ...edge,
  place,
  source: nodes[edge.source],
  target: nodes[edge.target],
  relation: relations[edge.relation],
  bend: 0,
}));

kinds.forEach((kind) => { kind.count = 0; kind.shown = true; });
relations.forEach((relation) => { relation.count = 0; relation.shown = true; });
for (const node of nodes) node.kind.count += 1;
for (const edge of edges) {
  edge.relation.count += 1;
  edge.source.edges.push(edge);
  if (edge.target !== edge.source) edge.target.edges.push(edge);
}
bendParallels();

// Most connected first: the order in which nodes get their label.
const byWeight = [...nodes].sort((a, b) => b.edges.length - a.edges.length || a.place - b.place);

// A key that several nodes share names none of them.
const byKey = new Map();
for (const node of nodes) if (node.key) byKey.set(node.key, byKey.has(node.key) ? null : node);

for (const node of nodes) node.sought = plain([node.name, node.key, node.properties.id].filter((part) => part !== undefined).join(" "));

const state = { query: "", hits: [], hit: -1, node: null, edge: null, hover: null, hoverEdge: null };

// Edges between the same two nodes fan out, so that each can be seen and clicked.
function bendParallels() {
  const pairs = new Map();
  for (const edge of edges) {
    const [a, b] = [edge.source.place, edge.target.place];
    const pair = a < b ? `${a} ${b}` : `${b} ${a}`;
    if (!pairs.has(pair)) pairs.set(pair, []);
    pairs.get(pair).push(edge);
  }
  for (const pair of pairs.values()) {
    pair.forEach((edge, index) => {
      const side = edge.source.place < edge.target.place ? 1 : -1;
      edge.bend = edge.source === edge.target ? index + 1 : side * (index - (pair.length - 1) / 2);
    });
  }
}

// Letters without case and accents.
function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

const isShown = (node) => node.kind.shown;
const isDrawn = (edge) => edge.relation.shown && edge.source.kind.shown && edge.target.kind.shown;

// Nodes with all words of the query: those that begin with it first, then the most connected.
function search(query) {
  const sought = plain(query.trim());
  if (!sought) return [];
  const words = sought.split(/\s+/);
  const found = byWeight.filter((node) => isShown(node) && words.every((word) => node.sought.includes(word)));
  const rank = (node) => (node.key && plain(node.key) === sought ? 0 : node.sought.startsWith(sought) ? 1 : 2);
  return found.map((node) => [rank(node), node]).sort((a, b) => a[0] - b[0]).map(([, node]) => node);
}

// What is in focus: the rest is drawn pale. Nothing when all is to be seen alike.
function focus() {
  const chosen = state.node ?? state.hover;
  if (chosen) {
    const lines = chosen.edges.filter(isDrawn);
    return { nodes: new Set([chosen, ...lines.flatMap((edge) => [edge.source, edge.target])]), edges: new Set(lines) };
  }
  const line = state.edge ?? state.hoverEdge;
  if (line) return { nodes: new Set([line.source, line.target]), edges: new Set([line]) };
  if (state.hits.length) return { nodes: new Set(state.hits), edges: new Set() };
  return null;
}

// The address of a state: `#n=python` selects by key, `#i=12` by place, `#e=3` an edge; `q` is the search.
function address({ node, edge }) {
  const parameters = new URLSearchParams();
  if (state.query) parameters.set("q", state.query);
  if (node) byKey.get(node.key) === node ? parameters.set("n", node.key) : parameters.set("i", node.place);
  if (edge) parameters.set("e", edge.place);
  for (const [name, list] of [["types", kinds], ["relations", relations]]) {
    const hidden = list.filter((item) => !item.shown).map((item) => list.indexOf(item));
    if (hidden.length) parameters.set(`hide-${name}`, hidden.join("."));
  }
  return `#${parameters}`;
}

function readAddress() {
  const parameters = new URLSearchParams(location.hash.slice(1));
  for (const [name, list] of [["types", kinds], ["relations", relations]]) {
    const hidden = new Set((parameters.get(`hide-${name}`) ?? "").split(".").filter(Boolean).map(Number));
    list.forEach((item, index) => { item.shown = !hidden.has(index); });
  }
  state.query = parameters.get("q") ?? "";
  state.hits = search(state.query);
  const at = (list, name) => (parameters.has(name) ? list[Number(parameters.get(name))] : undefined) ?? null;
  state.node = (parameters.has("n") ? byKey.get(parameters.get("n")) : at(nodes, "i")) ?? null;
  state.edge = at(edges, "e");
  state.hit = state.hits.indexOf(state.node);
  const theme = parameters.get("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  return parameters;
}
