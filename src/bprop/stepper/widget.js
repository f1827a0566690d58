// The buttons of a stepper in a notebook. Python writes the page, and all text in it is escaped there.
const BUTTONS = [
  ["first", "|◀", "to the beginning"],
  ["back", "◀", "one move back (left arrow)"],
  ["step", "▶", "one move forward (right arrow)"],
  ["fprop", "▶ fprop", "to the end of forward propagation"],
  ["run", "▶|", "to the end"],
];

// What can have the focus. JupyterLab asks each of these itself whether its keys are left alone: b would add a cell.
const FOCUSABLE = "button, input, summary, a, [tabindex]";

function made(kind, settings, ...children) {
  const element = Object.assign(document.createElement(kind), settings);
  element.append(...children);
  return element;
}

function render({ model, el }) {
  const body = made("div");
  const send = (command) => model.send(command);
  const buttons = BUTTONS.map(([name, sign, title]) => {
    const button = made("button", { type: "button", title, textContent: sign, onclick: () => send({ do: name }) });
    button.setAttribute("aria-label", title);
    button.dataset.do = name;
    return button;
  });
  const example = made("input", { type: "number", min: 0, max: model.get("rows") - 1, step: 1 });
  example.onchange = () => send({ do: "example", row: Number(example.value) });
  const names = made("datalist", { id: `bprop-${Math.random().toString(36).slice(2)}` });
  names.append(...model.get("names").map((value) => made("option", { value })));
  const search = made("input", { type: "search", placeholder: "a box, such as W2" });
  search.setAttribute("list", names.id);
  search.onchange = () => search.value && send({ do: "show", box: search.value });
  const bar = made(
    "div", { className: "bprop-bar-of-buttons" }, ...buttons,
    made("label", {}, " example ", example), made("label", {}, " show ", search), names,
  );
  bar.style.cssText = "display:flex;flex-wrap:wrap;gap:6px;align-items:center;margin:2px 0;font:13px system-ui,sans-serif";
  for (const button of buttons) button.style.cssText = "min-width:2.4em;min-height:2em;cursor:pointer";
  example.style.width = "5em";
  const status = made("div", { className: "bprop-status" });
  status.setAttribute("role", "status");
  const HIDDEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"; // read aloud alone

  function draw() {
    const list = () => body.querySelector(".bprop-scroll");
    const [before, focused] = [list()?.scrollTop ?? 0, document.activeElement === list()];
    body.innerHTML = model.get("html");
    if (list()) {
      list().scrollTop = before;
      if (focused) list().focus({ preventScroll: true });
      body.querySelector("[aria-current=step]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    for (const cell of body.querySelectorAll("[data-box]")) {
      cell.tabIndex = 0;
      cell.setAttribute("role", "button");
      cell.style.cursor = "pointer";
    }
    for (const one of [root, ...root.querySelectorAll(FOCUSABLE)]) one.dataset.lmSuppressShortcuts = "true";
    example.value = model.get("example");
    status.textContent = model.get("status");
    const failed = model.get("status").startsWith("error");
    status.style.cssText = failed ? "font:600 13px system-ui,sans-serif;margin:2px 0" : HIDDEN;
    const [position, moves] = [model.get("position"), model.get("moves")];
    for (const button of buttons) {
      const forward = ["step", "run", "fprop"].includes(button.dataset.do);
      button.disabled = forward ? position === moves && button.dataset.do !== "fprop" : position === 0;
    }
  }
  const chosen = (target) => target.closest?.("[data-box]")?.dataset.box;
  body.onclick = (event) => chosen(event.target) && send({ do: "show", box: chosen(event.target) });
  const root = made("div", { tabIndex: 0 }, bar, status, body);
  root.onkeydown = (event) => {
    if (event.target.tagName === "INPUT") return;
    const command = { ArrowRight: "step", ArrowLeft: "back", Home: "first", End: "run" }[event.key];
    if (command) send({ do: command });
    else if (event.key === "Enter" && chosen(event.target)) send({ do: "show", box: chosen(event.target) });
    else return;
    event.preventDefault();
    event.stopPropagation(); // a notebook would move to another cell
  };
  model.on("change:version", draw);
  el.append(root);
  draw();
}

export default { render };
