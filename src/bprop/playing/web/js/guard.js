// A part of the page that cannot be drawn says so in its place; the others stay. It is tried again with the next network.
import { Component, html } from "../vendor/preact.js";

export class Guard extends Component {
  componentDidCatch(error) {
    console.error(error);
    this.setState({ error, network: this.props.store.parts.graph.value });
  }

  render({ children, name, store }, { error, network }) {
    if (!error || store.parts.graph.value !== network) return children;
    return html`<section class="card"><h2>${name}</h2><p class="verdict wrong">This part could not be drawn: ${error.message}</p></section>`;
  }
}
