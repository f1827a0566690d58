// The page of `bprop serve`: the models of this server, and rows to try. It asks this server alone.
const door = document.getElementById("door");
const note = document.getElementById("note");
const models = document.getElementById("models");
const openapi = document.getElementById("openapi");
let token = "";

const headers = (more = {}) => (token ? { ...more, Authorization: `Bearer ${token}` } : more);

// The answer of this server, or null where it does not come.
const ask = (path, more = {}) => fetch(path, more).catch(() => null);

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

function table(columns) {
  const rows = columns.map((one) =>
    element("tr", "", element("td", one.name), element("td", one.kind), element("td", (one.categories ?? []).join(" · "))),
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
  rows.value = JSON.stringify([model.example], null, model.takes === "rows" ? 1 : 0);
  const button = element("button", "Predict");
  const answer = element("pre");
  answer.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    const sent = { method: "POST", body: rows.value, headers: headers({ "Content-Type": "application/json" }) };
    const reply = await ask(model.path, sent);
    answer.textContent = reply ? `${reply.status} ${await reply.text()}` : "The server does not answer.";
  });
  whole.append(element("p", "", rows), button, answer);
  return whole;
}

// The document of a server with a token, which a link alone does not bring, is kept for the link.
async function link() {
  const reply = token ? await ask("/openapi.json", { headers: headers() }) : null;
  if (reply?.ok) {
    openapi.href = URL.createObjectURL(await reply.blob());
    openapi.download = "openapi.json";
  }
  openapi.hidden = false;
}

// refused: what to say where the token is not the right one.
async function show(refused) {
  const reply = await ask("/models", { headers: headers() });
  door.hidden = reply?.status !== 401;
  if (reply?.ok) {
    models.replaceChildren(...(await reply.json()).models.map(section));
    link();
  }
  if (!reply) note.textContent = "The server does not answer.";
  else if (reply.ok) note.textContent = "";
  else note.textContent = door.hidden ? (await reply.json()).detail : refused;
}

door.addEventListener("submit", (event) => {
  event.preventDefault();
  token = document.getElementById("token").value.trim();
  if (/^[\x21-\x7e]+$/.test(token)) show("This is not the token of this server.");
  else note.textContent = token ? "A token has letters, digits and signs of ASCII, without blanks." : "Type the token.";
});
show("");
