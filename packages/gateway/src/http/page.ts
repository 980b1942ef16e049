/** The status page: nodes and their values, as they are. It has no script or style inside, so that none can be put there. */
export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ESP-NOW gateway</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="style.css">
<script type="module" src="app.js"></script>
</head>
<body>
<header>
<h1>ESP-NOW gateway</h1>
<p id="status" role="status">connecting</p>
</header>
<form id="login" hidden>
<label for="token">The token of this gateway</label>
<input id="token" type="password" autocomplete="current-password" required>
<button>Log in</button>
<p id="refusal" role="alert"></p>
</form>
<main id="main" hidden>
<table role="table">
<thead><tr role="row"><th scope="col">Node</th><th scope="col">Values</th><th scope="col">Format</th><th scope="col">Signal</th><th scope="col">Last seen</th><th scope="col" class="number">Messages</th><th></th></tr></thead>
<tbody id="nodes"></tbody>
</table>
<p id="empty" hidden>No node was heard yet. It appears here with its first message, if the radio is on its channel.</p>
</main>
</body>
</html>
`;

export const STYLE = `:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.4; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
header { align-items: baseline; display: flex; flex-wrap: wrap; gap: 0 1.5rem; margin-bottom: 1rem; }
h1 { font-size: 1.5rem; margin: 0; }
header p { margin: 0; opacity: 0.75; }
main { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: 0.5rem 0.75rem; text-align: left; vertical-align: top; white-space: nowrap; }
th { font-size: 0.85rem; opacity: 0.75; }
.number { font-variant-numeric: tabular-nums; text-align: right; }
td.values { width: 50%; white-space: normal; }
dl { display: grid; gap: 0 1rem; grid-template-columns: max-content 1fr; margin: 0; }
dt { opacity: 0.75; }
dd { font-variant-numeric: tabular-nums; margin: 0; overflow-wrap: anywhere; }
tr.offline td:not(:first-child) { opacity: 0.55; }
small { display: block; font-family: ui-monospace, monospace; opacity: 0.7; }
form { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: center; }
form p { flex-basis: 100%; margin: 0; }
button, input { font: inherit; padding: 0.3rem 0.8rem; }
[hidden] { display: none; }
@media (max-width: 45rem) {
  body { margin: 1rem auto; }
  table, tbody { display: block; }
  thead { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; width: 1px; }
  tbody tr { border: 1px solid var(--line); border-radius: 0.5rem; display: grid; gap: 0.2rem 1rem; grid-template-columns: 1fr auto; margin-bottom: 0.75rem; padding: 0.75rem; }
  td { border: 0; padding: 0; }
  td.name { font-weight: 600; }
  td.name small { font-weight: 400; }
  td.action { grid-column: 2; grid-row: 1; }
  td.values { grid-column: 1 / -1; padding: 0.4rem 0; width: auto; }
  td.quiet { font-size: 0.85rem; text-align: left; }
  td.quiet::before { content: attr(data-label) ": "; opacity: 0.75; }
}
`;

export const APP = `const $ = (id) => document.getElementById(id);

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function ago(since) {
  const s = Math.max(0, Math.round((Date.now() - Date.parse(since)) / 1000));
  if (s < 120) return s + " s ago";
  return s < 7200 ? Math.round(s / 60) + " min ago" : Math.round(s / 3600) + " h ago";
}

function values(node) {
  const cell = element("td", undefined, "values");
  if (node.problem) {
    cell.textContent = "not readable: " + node.problem;
    return cell;
  }
  const list = element("dl");
  for (const [key, value] of Object.entries(node.values)) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const unit = value === null ? undefined : node.units[key];
    list.append(element("dt", key), element("dd", unit ? text + "\u00a0" + unit : text));
  }
  for (const [key, types] of Object.entries(node.events)) {
    list.append(element("dt", key), element("dd", types.join(", ")));
  }
  cell.append(list);
  return cell;
}

function quiet(label, text, className = "") {
  const cell = element("td", text, "quiet " + className);
  cell.dataset.label = label; // on a phone there is no head of a table
  return cell;
}

function row(node) {
  const tr = element("tr", undefined, node.online ? "" : "offline");
  const name = element("td", node.name, "name");
  name.append(element("small", node.mac));
  const action = element("td", undefined, "action");
  if (!node.accepted) {
    const button = element("button", "Accept");
    button.onclick = () => ask("accept", { node: node.mac });
    action.append(button);
  }
  tr.append(
    name,
    values(node),
    quiet("Format", node.format ?? "?"),
    quiet("Signal", node.rssi.map((rssi) => (rssi ?? "?") + " dBm").join(", ")),
    quiet("Last seen", node.last_seen ? ago(node.last_seen) : "never"),
    quiet("Messages", node.counters.messages, "number"),
    action,
  );
  // The layout of a phone would take them from the table, for a screen reader too.
  tr.setAttribute("role", "row");
  for (const cell of tr.children) cell.setAttribute("role", "cell");
  return tr;
}

async function post(path, data) {
  const headers = { "content-type": "application/json" };
  return (await fetch(path, { method: "POST", headers, body: JSON.stringify(data) })).json();
}

async function ask(what, data) {
  const answer = await post("api/request/" + what, data);
  await refresh();
  if (answer.status !== "ok") $("status").textContent = answer.error;
}

$("login").onsubmit = async (event) => {
  event.preventDefault();
  const answer = await post("api/login", { token: $("token").value });
  $("refusal").textContent = answer.status === "ok" ? "" : answer.error;
  $("token").value = "";
  await refresh();
};

function show(nodes) {
  const unknown = nodes.filter((node) => !node.accepted).length;
  const count = nodes.length === 1 ? "1 node" : nodes.length + " nodes";
  $("status").textContent = count + (unknown ? ", " + unknown + " not accepted yet" : "");
  $("empty").hidden = nodes.length > 0;
  $("nodes").replaceChildren(...nodes.map(row));
}

let asked = 0;
let shown = 0;

async function refresh() {
  const own = ++asked;
  try {
    const response = await fetch("api/nodes");
    const text = await response.text();
    if (own < shown) return; // it was overtaken
    shown = own;
    const needsToken = response.status === 401;
    $("login").hidden = !needsToken;
    $("main").hidden = needsToken;
    if (needsToken) $("status").textContent = "log in to see the nodes";
    else if (!response.ok) throw new Error(text);
    else show(JSON.parse(text).nodes);
  } catch (error) {
    $("status").textContent = "the gateway does not answer: " + error.message;
  }
}

await refresh();
setInterval(() => $("login").hidden && refresh(), 1000);
`;
