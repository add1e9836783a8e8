
// The sides: search, filters and details. Texts of the graph become text and never markup.

const byId = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
const EVIDENCE = ["basis", "why", "source"];
const FEW = 12;

// An element with attributes and children; a child that is no element is text.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined && value !== null) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function glyph(kind) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("class", "glyph");
  picture.setAttribute("viewBox", "-13 -10 26 20");
  picture.setAttribute("aria-hidden", "true");
  for (const data of [kind.outline, kind.detail].filter(Boolean)) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", data);
    path.setAttribute("fill", data === kind.outline ? kind.colours.fill : "none");
    path.setAttribute("stroke", kind.colours.rim);
    path.setAttribute("stroke-width", "1.6");
    picture.append(path);
  }
  return picture;
}

const isLink = (value) => typeof value === "string" && /^https?:\/\/[\w\-.~:/?#[\]@!$&()*+,;=%]+$/.test(value);
const textOf = (value) => (typeof value === "string" ? value : JSON.stringify(value));
const count = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

function shownValue(value) {
  return isLink(value) ? make("a", { href: value, rel: "noopener noreferrer", target: "_blank" }, value) : textOf(value);
}

function fillHead() {
  byId("title").textContent = raw.title;
  byId("summary").textContent = `${count(nodes.length, "node", "nodes")}, ${count(edges.length, "edge", "edges")}`;
  canvas.setAttribute("aria-label", `A graph of ${byId("summary").textContent}`);
}

// The legend is the filter: a button for each type and each relation.
function fillFilters() {
  const fill = (id, list, mark) => {
    byId(id).replaceChildren(...list.map((item) => {
      const button = make(
        "button",
        { type: "button", "aria-pressed": String(item.shown), title: item.text },
        mark(item),
        make("span", { class: "name", dir: "auto" }, item.label),
        make("span", { class: "count" }, item.count.toLocaleString("en")),
      );
      button.addEventListener("click", () => { item.shown = !item.shown; filtered(); });
      return make("li", {}, button);
    }));
  };
  fill("kinds", kinds, glyph);
  fill("relations", relations, () => null);
}

function markFilters() {
  for (const [id, list] of [["kinds", kinds], ["relations", relations]]) {
    byId(id).querySelectorAll("button").forEach((button, index) => button.setAttribute("aria-pressed", String(list[index].shown)));
  }
}

function fillResults() {
  const { hits, query } = state;
  const idle = !query.trim();
  byId("side").classList.toggle("idle", idle);
  if (byId("search").value !== query) byId("search").value = query;
  const listed = (idle ? byWeight.filter(isShown).slice(0, 6) : hits.slice(0, 100));
  const position = state.hit >= 0 ? `${state.hit + 1} of ` : "";
  byId("hits").textContent = idle ? "Most connected" : hits.length ? `${position}${count(hits.length, "node", "nodes")} found; Enter goes to the next` : "No node has this name or key";
  byId("results").replaceChildren(...listed.map((node) => {
    const link = make("a", { href: address({ node }), "aria-current": String(node === state.node) }, glyph(node.kind), make("span", { dir: "auto" }, node.name));
    return make("li", {}, link);
  }));
  byId("results").querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
}

function fillDetails() {
  const panel = byId("details");
  const { node, edge } = state;
  panel.hidden = !node && !edge;
  if (panel.hidden) return panel.replaceChildren();
  const close = make("button", { type: "button", class: "close", "aria-label": "Close the details", title: "Close (Esc)" }, "×");
  close.addEventListener("click", unselect);
  panel.replaceChildren(...(node ? ofNode(node, close) : ofEdge(edge, close)));
  panel.scrollTop = 0;
  byId("said").textContent = node ? `Selected: ${node.name}` : `Selected: ${edge.source.name} ${edge.relation.verb} ${edge.target.name}`;
}

function ofNode(node, close) {
  const labels = node.labels ?? (node.kind.name ? [node.kind.name] : []);
  const head = make(
    "div",
    { class: "head" },
    make("div", {}, make("h2", { class: "name", dir: "auto" }, node.name), make("p", { class: "type" }, glyph(node.kind), make("span", { dir: "auto" }, labels.join(", ") || "no label"))),
    close,
  );
  return [head, ...described(node.properties, node.name), ...neighbours(node)];
}

function ofEdge(edge, close) {
  const end = (node) => make("a", { href: address({ node }), dir: "auto" }, node.name);
  const head = make(
    "div",
    { class: "head" },
    make("div", { class: "ends" }, end(edge.source), make("span", { class: "verb", dir: "auto" }, edge.relation.verb), end(edge.target)),
    close,
  );
  const type = edge.relation.verb === edge.relation.name ? null : make("p", { class: "source", dir: "auto" }, edge.relation.name);
  return [head, type, ...described(edge.properties, "")].filter(Boolean);
}

// The text, the evidence, and all other properties.
function described(properties, name) {
  const parts = [];
  if (properties.text) parts.push(make("p", { class: "text", dir: "auto" }, textOf(properties.text)));
  const evidence = [];
  if (properties.basis !== undefined) evidence.push(make("p", {}, make("span", { class: "basis" }, textOf(properties.basis))));
  if (properties.why !== undefined) evidence.push(make("p", { class: "why", dir: "auto" }, textOf(properties.why)));
  if (properties.source !== undefined) {
    const { source } = properties;
    const lines = Array.isArray(source) && source.every(Number.isInteger);
    evidence.push(make("p", { class: "source", dir: "auto" }, lines ? `Source ${source.length === 1 ? "line" : "lines"} ${source.join(", ")}` : make("span", {}, "Source ", shownValue(source))));
  }
  if (evidence.length) parts.push(make("section", { class: "evidence", "aria-label": "Evidence" }, make("h3", {}, "Evidence"), ...evidence));
  const others = Object.entries(properties).filter(([key, value]) => key !== "text" && !EVIDENCE.includes(key) && !(key === "name" && value === name));
  if (others.length) {
    const list = make("dl", {}, ...others.flatMap(([key, value]) => [make("dt", { dir: "auto" }, key), make("dd", { dir: "auto" }, shownValue(value))]));
    parts.push(make("section", { "aria-label": "Properties" }, make("h3", {}, "Properties"), list));
  }
  return parts;
}

// The other ends, by relation and direction, each a link; what is hidden in the picture is not hidden here.
function neighbours(node) {
  const groups = new Map();
  for (const edge of node.edges) {
    const leaving = edge.source === node;
    const title = leaving ? edge.relation.verb : edge.relation.passive;
    const id = `${edge.relation.name} ${leaving}`;
    if (!groups.has(id)) groups.set(id, { title, entries: [] });
    groups.get(id).entries.push([leaving ? edge.target : edge.source, edge]);
  }
  const sections = [...groups.values()].map(({ title, entries }) => {
    const item = ([other, edge]) => make(
      "li",
      {},
      glyph(other.kind),
      make("a", { href: address({ node: other }), dir: "auto" }, other.name),
      make("a", { class: "way", href: address({ edge }), "aria-label": `Evidence: ${edge.source.name} ${edge.relation.verb} ${edge.target.name}` }, typeof edge.properties.basis === "string" ? edge.properties.basis : "edge"),
    );
    const list = make("ul", {}, ...entries.slice(0, FEW).map(item));
    const group = make("div", { class: "group" }, make("h3", { dir: "auto" }, `${title} (${entries.length})`), list);
    if (entries.length > FEW) {
      const more = make("button", { type: "button", class: "more" }, `Show all ${entries.length}`);
      more.addEventListener("click", () => { list.append(...entries.slice(FEW).map(item)); more.remove(); });
      group.append(more);
    }
    return group;
  });
  return sections.length ? [make("section", { "aria-label": "Neighbours" }, ...sections)] : [];
}
