// ui-live: one event stream per page for the topics it shows; what changed is fetched again and morphed in place.
import { $, $$, isTyping, later, locale } from './dom.js';
import { refresh } from './request.js';
import { toast } from './toasts.js';

const STALE_AFTER = 20000;
const BUSY_WAIT = 2000;
// What the stream calls its events: ours, and the tables whose rows tell of a change.
const NEWS = ['change', 'refresh', 'kernel_activity', 'kernel_eventabout'];

const topicsOf = (region) => region.dataset.live.split(/\s+/).filter(Boolean);

// Nobody's half-typed word, open menu or dragged card is pulled away.
const isBusy = (region) =>
  (region.contains(document.activeElement) && isTyping(document.activeElement)) ||
  Boolean($(':popover-open, .ghost, .editing', region));

customElements.define('ui-live', class extends HTMLElement {
  connectedCallback() {
    this.waiting = new Set();
    document.addEventListener('htmx:before:swap', this.hold);
    this.flush = later(250, this.fetchWaiting);
    const topics = [...new Set($$('[data-live]').flatMap(topicsOf))];
    if (!topics.length) return;
    const url = new URL(this.dataset.url, location.href);
    url.searchParams.set('topics', topics.sort().join(','));
    this.open(url);
  }

  disconnectedCallback() {
    this.stream?.close();
    clearTimeout(this.timer);
    clearTimeout(this.again);
    document.removeEventListener('htmx:before:swap', this.hold);
  }

  open(url) {
    this.stream = new EventSource(url);
    this.stream.addEventListener('open', () => {
      clearTimeout(this.timer);
      this.timer = null;
      const wasAway = this.dataset.state === 'wait' || this.dataset.state === 'stale';
      this.show('live', 'ok', this.dataset.liveText);
      // A short job may have ended between the page and its stream.
      $$(wasAway ? '[data-live]' : '[data-live][data-runs]').forEach((region) => this.queue(region));
    });
    this.stream.addEventListener('error', () => {
      if (this.dataset.state !== 'stale') this.show('wait', 'muted', this.dataset.waitText);
      this.lost ??= new Date();
      this.timer ??= setTimeout(() => this.grow(), STALE_AFTER);
      if (this.stream.readyState === EventSource.CLOSED) {
        clearTimeout(this.again);
        this.again = setTimeout(() => this.open(url), 5000);
      }
    });
    NEWS.forEach((name) => this.stream.addEventListener(name, ({ data }) => this.hear(JSON.parse(data))));
    this.stream.addEventListener('toast', ({ data }) => toast(JSON.parse(data)));
  }

  // {topic: "sales.order:7"} or {topics: […]}; "*" means that anything may have changed.
  hear({ topic, topics = [topic] }) {
    const changed = new Set(topics);
    const concerns = (region) => changed.has('*') || topicsOf(region).some((one) => changed.has(one));
    $$('[data-live]').filter(concerns).forEach((region) => this.queue(region));
  }

  grow() {
    const since = this.lost.toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit' });
    this.show('stale', 'warn', `${this.dataset.staleText} ${since}`);
  }

  show(state, tone, text) {
    if (state === 'live') this.lost = null;
    this.dataset.state = state;
    this.dataset.tone = tone;
    this.textContent = text;
  }

  queue(region) {
    if (region.id) this.waiting.add(region.id);
    this.flush();
  }

  // Who has begun to type while the news was on its way is not pulled away either.
  hold = (event) => {
    const { sourceElement: region, target } = event.detail.ctx;
    if (region !== target || !region.matches('[data-live]') || !isBusy(region)) return;
    event.preventDefault();
    setTimeout(() => this.queue(region), BUSY_WAIT);
  };

  fetchWaiting = () => {
    const regions = [...this.waiting].map((id) => document.getElementById(id)).filter(Boolean);
    this.waiting.clear();
    for (const region of regions) {
      if (isBusy(region)) setTimeout(() => this.queue(region), BUSY_WAIT);
      else refresh(region);
    }
  };
});
