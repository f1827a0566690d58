// One tab stop for the whole network. Arrows move between units; Enter goes to the weights of a unit, Escape back.
const items = (stage) => [...stage.querySelectorAll("[data-item]")];

export function roving(stage) {
  if (!stage) return;
  const every = items(stage);
  if (every.length && !every.some((item) => item.tabIndex === 0)) {
    (every.find((item) => item.dataset.item.startsWith("u ")) ?? every[0]).setAttribute("tabindex", "0");
  }
  if (stage.dataset.roving) return;
  stage.dataset.roving = "yes";
  stage.addEventListener("focusin", (event) => {
    const item = event.target.closest("[data-item]");
    if (!item) return;
    for (const each of items(stage)) each.setAttribute("tabindex", each === item ? "0" : "-1");
  });
}

roving.key = (event, store) => {
  const item = event.target.closest("[data-item]"), stage = event.currentTarget;
  if (!item || event.ctrlKey || event.metaKey) return;
  const next = item.dataset.item.startsWith("u ") ? fromUnit(stage, item, event.key) : fromWeight(stage, item, event.key);
  if (!next) return;
  event.preventDefault();
  next.focus();
};

function fromUnit(stage, item, key) {
  const [, nth, unit] = item.dataset.item.split(" ").map((part, i) => (i ? Number(part) : part));
  const find = (column, place) => stage.querySelector(`[data-item="u ${column} ${place}"]`);
  const column = (to) => {
    const all = items(stage).filter((each) => each.dataset.item.startsWith(`u ${to} `));
    return all[Math.min(unit, all.length - 1)];
  };
  if (key === "ArrowDown") return find(nth, unit + 1);
  if (key === "ArrowUp") return find(nth, unit - 1);
  if (key === "ArrowRight") return column(nth + 1);
  if (key === "ArrowLeft") return column(nth - 1);
  if (key === "w" || key === "W") return weightsOf(stage, item.dataset.unit, nth, unit)[0];
  return null;
}

const weightsOf = (stage, name, nth, unit) =>
  items(stage).filter((each) => each.dataset.item.startsWith(`w ${name} `) || each.dataset.item === `b ${nth} ${unit}`);

function fromWeight(stage, item, key) {
  const parts = item.dataset.item.split(" ");
  const unit = parts[0] === "b" ? stage.querySelector(`[data-item="u ${parts[1]} ${parts[2]}"]`)
    : stage.querySelector(`[data-unit="${parts[1]} ${parts[2]}"]`);
  if (key === "Escape") return unit;
  const [, nth, place] = unit.dataset.item.split(" ");
  const all = weightsOf(stage, unit.dataset.unit, nth, place), here = all.indexOf(item);
  if (key === "ArrowRight") return all[(here + 1) % all.length];
  if (key === "ArrowLeft") return all[(here - 1 + all.length) % all.length];
  return null;
}
