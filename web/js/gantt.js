// ui-gantt: a bar is dragged along time and to another machine, or moved by Alt and arrows; the server makes room.
import { post } from './dom.js';
import { refresh } from './request.js';
import { say } from './toasts.js';

customElements.define('ui-gantt', class extends HTMLElement {
  connectedCallback() {
    this.addEventListener('pointerdown', this.take);
    this.addEventListener('keydown', this.keys);
    this.addEventListener('dragstart', (event) => event.preventDefault());
    // What was dragged was not pressed.
    this.addEventListener('click', (event) => { if (this.far) { event.preventDefault(); event.stopPropagation(); } this.far = false; }, true);
  }

  take = (down) => {
    const bar = down.target.closest('[data-op]');
    if (!bar || down.button) return;
    this.far = false;
    const way = ({ clientX, clientY }) => [clientX - down.clientX, clientY - down.clientY];
    const on = new AbortController();
    const listen = (name, run) => bar.addEventListener(name, run, { signal: on.signal });
    bar.setPointerCapture(down.pointerId);
    listen('pointermove', (event) => {
      this.far ||= Math.hypot(...way(event)) > 5;
      if (this.far) { bar.classList.add('drag'); bar.setAttribute('transform', `translate(${way(event)})`); }
    });
    listen('pointerup', (event) => { on.abort(); if (this.far) this.move(bar, ...way(event)); });
    listen('pointercancel', () => { on.abort(); this.far = false; this.home(bar); });
  };

  keys = (event) => {
    const bar = event.altKey && event.target.closest('[data-op]');
    const { step, minutes, row } = this.dataset;
    const way = { ArrowLeft: [-step / minutes, 0], ArrowRight: [step / minutes, 0], ArrowUp: [0, -row], ArrowDown: [0, row] }[event.key];
    if (!bar || !way) return;
    event.preventDefault();
    this.move(bar, ...way);
  };

  home(bar) { bar.classList.remove('drag'); bar.removeAttribute('transform'); }

  async move(bar, x, y) {
    const { url, minutes, row, lanes } = this.dataset;
    const at = Math.floor(bar.querySelector('svg').y.baseVal.value / row) + Math.round(y / row);
    const lane = lanes.split(' ')[at] ?? '';
    const answer = await post(url, { id: bar.dataset.op, minutes: Math.round((x * minutes) / 15) * 15, lane });
    say(answer);
    if (answer.ok) await refresh(this);
    this.home(bar);
  }
});
