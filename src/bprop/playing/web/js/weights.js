// What a person does to one weight: choose it, drag it, move it by keys. The same for edges, biases and the inspector.
import { at, spoken } from "./numbers.js";

export const keyOf = (parameter, index) => `${parameter}/${index.join(",")}`;
export const isChosen = (store, parameter, index) => {
  const weight = store.parts.weight.value;
  return !!weight && weight.parameter === parameter && weight.index.join() === index.join();
};

export const nameOf = (parameter, index) => (index.length ? `${parameter}[${index.join(", ")}]` : parameter);

export function choose(store, parameter, index) {
  store.chosen.value = null;
  if (!isChosen(store, parameter, index)) return store.send("choose", { parameter, index });
}

// `gesture` is the number of a drag: all that it does is one step of undo.
export function setWeight(store, parameter, index, value, gesture) {
  store.steer(keyOf(parameter, index), "set_weight", { parameter, index, value, gesture });
}

let gestures = Date.now() % 1e6;
export const newGesture = () => (gestures += 1);

// Dragging: up is more. Returns nothing; the element gets the pointer until it is let go.
export function drag(store, event, parameter, index) {
  if (event.button) return;
  const element = event.currentTarget, start = event.clientY, value = at(store.parts.theta.value[parameter], index);
  if (typeof value !== "number") return;
  event.preventDefault();
  element.focus({ preventScroll: true });
  element.setPointerCapture(event.pointerId);
  choose(store, parameter, index);
  const scale = Math.max(1, Math.abs(value)) / 90;
  const gesture = newGesture();
  let last = value;
  const move = (moved) => {
    const next = round(value + (start - moved.clientY) * scale * (moved.shiftKey ? 0.1 : 1));
    if (next === last) return;
    last = next;
    setWeight(store, parameter, index, next, gesture);
  };
  const end = () => {
    element.removeEventListener("pointermove", move);
    if (last !== value) announce(store, parameter, index);
  };
  element.addEventListener("pointermove", move);
  element.addEventListener("lostpointercapture", end, { once: true });
}

const round = (value) => Number(value.toPrecision(4));

// The steps of keys: arrows 0.05, with Shift 0.5, with Alt 0.005. True if the key was for the weight.
export function moveByKey(store, event, parameter, index) {
  const step = event.shiftKey ? 0.5 : event.altKey ? 0.005 : 0.05;
  const by = { ArrowUp: step, "+": step, ArrowDown: -step, "-": -step, PageUp: 0.5, PageDown: -0.5 }[event.key];
  if (by === undefined) {
    if (event.key !== "0") return false;
    store.send("set_weight", { parameter, index, value: 0 }).then(() => announce(store, parameter, index));
    event.preventDefault();
    return true;
  }
  event.preventDefault();
  store.send("nudge", { parameter, index, by }).then(() => announce(store, parameter, index));
  return true;
}

export function announce(store, parameter, index) {
  const { theta, batch } = store.parts;
  const gradient = at(batch.value?.gradients?.[parameter], index);
  store.say(`${nameOf(parameter, index)} is ${spoken(at(theta.value[parameter], index))}; gradient over the batch ${spoken(gradient)}; loss ${spoken(batch.value?.loss)}.`);
}
