// The page of `bprop serve`: the models of this server, and rows to try. It asks this server alone.
const door = document.getElementById("door");
const note = document.getElementById("note");
const models = document.getElementById("models");
let token = "";

const headers = (more = {}) => (token ? { ...more, Authorization: `Bearer ${token}` } : more);

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

function table(columns) {
  const rows = columns.map((one) =>
    element("tr", "", element("td", one.name), element("td", one.kind), element("td", (one.categories ?? []).join(", "))),
  );
  const head = element("tr", "", ...["column", "kind", "categories"].map((name) => element("th", name)));
  return element("table", "", element("thead", "", head), element("tbody", "", ...rows));
}

function section(model) {
  const whole = element("section", "", element("h2", model.model));
  const predicts = model.target ? `predicts ${model.target.join(", ")} (${model.task})` : "predicts arrays";
  whole.append(element("p", `${predicts}; version ${model.version}`));
  whole.append(element("p", "", element("code", `POST ${model.path}`)));
  if (model.classes) whole.append(element("p", `classes: ${model.classes.join(", ")}`));
  if (model.columns) whole.append(table(model.columns.slice(0, 200)));
  const rows = element("textarea");
  rows.setAttribute("aria-label", `Rows for ${model.model}, as JSON`);
  rows.value = JSON.stringify(model.example ? [model.example] : (model.inputs ?? {}), null, 1);
  const button = element("button", "Predict");
  const answer = element("pre");
  answer.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    const sent = { method: "POST", body: rows.value, headers: headers({ "Content-Type": "application/json" }) };
    const reply = await fetch(model.path, sent);
    answer.textContent = `${reply.status} ${await reply.text()}`;
  });
  whole.append(element("p", "", rows), button, answer);
  return whole;
}

async function show() {
  const reply = await fetch("/models", { headers: headers() });
  door.hidden = reply.status !== 401;
  const read = await reply.json();
  note.textContent = reply.ok || !token ? "" : read.detail;
  if (reply.ok) models.replaceChildren(...read.models.map(section));
}

door.addEventListener("submit", (event) => {
  event.preventDefault();
  token = document.getElementById("token").value;
  show();
});
show();
