// The page: header, the bar of training, and three columns: what is built, the network, what comes out.
import { html, useEffect } from "../vendor/preact.js";
import { BuildPanel } from "./build.js";
import { Guard } from "./guard.js";
import { Header } from "./header.js";
import { Inspector } from "./inspector.js";
import { keys } from "./keys.js";
import { Lesson } from "./lesson.js";
import { Message } from "./message.js";
import { NetworkCard } from "./network_card.js";
import { OutputCard } from "./output.js";
import { PassCard } from "./pass.js";
import { ProgressCard } from "./progress.js";
import { TrainBar } from "./train_bar.js";

export function App({ store }) {
  useEffect(() => keys(store), []);
  const { graph, subject } = store.parts;
  if (!graph.value || !subject.value) return html`<p class="opening" role="status">${waiting(store.state.value)}</p>`;
  return html`
    <div class=${store.slow.value ? "frame busy" : "frame"}>
      <${Header} store=${store} />
      <${Guard} name="Training" store=${store}><${TrainBar} store=${store} /><//>
      <${Guard} name="Lesson" store=${store}><${Lesson} store=${store} /><//>
      <main class="stage">
        <${Guard} name="Build" store=${store}><${BuildPanel} store=${store} /><//>
        <div class="middle-column">
          <${Guard} name="The network" store=${store}><${NetworkCard} store=${store} /><//>
          <div class="pair"><${Guard} name="One example, step by step" store=${store}><${PassCard} store=${store} /><//><${Guard} name="What is chosen" store=${store}><${Inspector} store=${store} /><//></div>
        </div>
        <div class="result-column"><${Guard} name="Result" store=${store}><${OutputCard} store=${store} /><//><${Guard} name="Progress" store=${store}><${ProgressCard} store=${store} /><//></div>
      </main>
      <${Message} store=${store} />
      <p class="unseen" role="status" aria-live="polite" aria-atomic="true">${store.said.value}</p>
    </div>`;
}

const waiting = (state) => (state === "closed" ? "The program that makes the numbers does not answer. If bprop play has ended, start it again and open the address that it prints." : "One moment …");
