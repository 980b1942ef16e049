/** The status page: nodes and their values, as they are. It has no script or style inside, so that none can be put there. */
export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>ESP-NOW gateway</title>
<link rel="stylesheet" href="style.css">
<script type="module" src="app.js"></script>
</head>
<body>
<h1>ESP-NOW gateway</h1>
<p id="status" role="status">connecting</p>
<table>
<thead><tr><th>Node</th><th>Values</th><th>Format</th><th>Signal</th><th>Last seen</th><th>Messages</th><th></th></tr></thead>
<tbody id="nodes"></tbody>
</table>
</body>
</html>
`;

export const STYLE = `:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: 0.4rem 0.6rem; text-align: left; vertical-align: top; }
td.values { white-space: pre-line; font-variant-numeric: tabular-nums; }
tr.offline { opacity: 0.55; }
small { opacity: 0.7; }
`;

export const APP = `const status = document.getElementById("status");
const rows = document.getElementById("nodes");

function cell(text, className) {
  const td = document.createElement("td");
  td.textContent = text;
  if (className) td.className = className;
  return td;
}

function seconds(since) {
  const s = Math.max(0, Math.round((Date.now() - Date.parse(since)) / 1000));
  return s < 120 ? s + " s ago" : Math.round(s / 60) + " min ago";
}

function show(node) {
  const tr = document.createElement("tr");
  if (!node.online) tr.className = "offline";
  const name = cell(node.name);
  name.append(document.createElement("br"), Object.assign(document.createElement("small"), { textContent: node.mac }));
  const values = Object.entries(node.values).map(([key, value]) => key + " " + JSON.stringify(value));
  const said = node.problem ? "not readable: " + node.problem : values.join("\\n");
  const action = document.createElement("td");
  if (!node.accepted) {
    const button = document.createElement("button");
    button.textContent = "Accept";
    button.onclick = () => ask("accept", { node: node.mac });
    action.append(button);
  }
  tr.append(
    name,
    cell(said, "values"),
    cell(node.format ?? "?"),
    cell(node.rssi.map((rssi) => (rssi ?? "?") + " dBm").join(", ")),
    cell(node.last_seen ? seconds(node.last_seen) : "never"),
    cell(node.counters.messages),
    action,
  );
  return tr;
}

async function ask(what, data) {
  const headers = { "content-type": "application/json" };
  const response = await fetch("api/request/" + what, { method: "POST", headers, body: JSON.stringify(data) });
  const answer = await response.json();
  if (answer.status !== "ok") status.textContent = answer.error;
  await refresh();
}

async function refresh() {
  try {
    const response = await fetch("api/nodes");
    if (!response.ok) throw new Error(await response.text());
    const { nodes } = await response.json();
    const unknown = nodes.filter((node) => !node.accepted).length;
    status.textContent = nodes.length + " nodes" + (unknown ? ", " + unknown + " not accepted yet" : "");
    rows.replaceChildren(...nodes.map(show));
  } catch (error) {
    status.textContent = "the gateway does not answer: " + error.message;
  }
}

await refresh();
setInterval(refresh, 1000);
`;
