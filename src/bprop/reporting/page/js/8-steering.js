// The controls of a live page: where training is within its epoch, pause, stop, and another learning rate.

class Steering {
  // send(command): the promise of an answer, {error} or the state of the steering
  constructor(send) {
    this.send = send;
    this.bar = el("progress", { "aria-label": "Updates done", max: 1, value: 0 });
    this.bar.style.accentColor = "var(--accent)";
    this.where = el("span", { class: "hint" });
    this.pause = el("button", { type: "button" }, "Pause");
    this.stop = el("button", { type: "button" }, "Stop");
    this.rate = el("input", { id: "rate", type: "text", inputmode: "decimal", size: 9, autocomplete: "off" });
    this.change = el("button", { type: "submit" }, "Set");
    this.form = el("form", { class: "controls" }, el("label", {}, "Learning rate ", this.rate), this.change);
    this.says = el("span", { class: "note", role: "status" });
    this.box = el("div", { id: "steering", class: "controls", hidden: "" }, this.bar, this.where, this.pause, this.stop, this.form, this.says);
    this.form.style.margin = "0";
    this.pause.addEventListener("click", () => this.wish({ do: this.state.paused ? "resume" : "pause" }));
    this.stop.addEventListener("click", () => this.wish({ do: "stop" }));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.setRate();
    });
  }

  async wish(command) {
    this.says.textContent = "";
    try {
      const answer = await this.send(command);
      if (answer.error) this.says.textContent = sentence(answer.error);
      else this.draw(answer);
    } catch {
      this.says.textContent = "The server did not answer.";
    }
  }

  setRate() {
    const text = this.rate.value.trim();
    const value = Number(text);
    if (text === "" || !Number.isFinite(value) || value < 0) {
      this.says.textContent = "A learning rate is a number, 0 or more.";
      return;
    }
    this.asked = value;
    this.wish({ do: "rate", value }).then(() => this.says.textContent ||= `The learning rate is ${format(value)} from now on.`);
  }

  draw(state, lost = false) {
    this.state = state;
    this.box.hidden = !state.followed;
    if (!state.followed) return;
    this.box.querySelectorAll("button, input").forEach((one) => { one.disabled = lost || state.stopping; });
    this.pause.textContent = state.paused ? "Go on" : "Pause";
    this.form.hidden = !state.takes_rate;
    if (document.activeElement !== this.rate && state.rate !== null) this.rate.value = String(Number(state.rate.toPrecision(6)));
    this.where.textContent = where(state);
    if (state.moment) {
      this.bar.max = state.moment.total;
      this.bar.value = state.moment.updates;
    }
  }
}

function where({ moment, paused, stopping }) {
  const how = stopping ? "Stopping" : paused ? "Paused" : "";
  if (!moment) return how || "The first batches are under way";
  const { epoch, epochs, step, steps, loss, left } = moment;
  const within = `epoch ${format(epoch)} of ${format(epochs)}, batch ${format(step)} of ${format(steps)}, loss so far ${format(loss)}`;
  const rest = how || left === null ? "" : `; at most ${duration(left)} left`;
  return `${how ? `${how}: ` : ""}${how ? within : sentence(within).slice(0, -1)}${rest}`;
}

function duration(seconds) {
  if (seconds < 100) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
