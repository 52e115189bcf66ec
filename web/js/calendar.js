// ui-calendar: month and week over the agenda that the server has already drawn; the agenda stays on phones.
import { $, $$, answer, post } from './dom.js';
import { toast } from './toasts.js';

const WIDE = matchMedia('(min-width: 720px)');

function stylesheet(href) {
  if ($(`link[href="${href}"]`)) return Promise.resolve();
  return new Promise((done) => {
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href, onload: done, onerror: done });
    document.head.append(link);
  });
}

customElements.define('ui-calendar', class extends HTMLElement {
  async connectedCallback() {
    if (!WIDE.matches || this.dataset.view === 'list') return;
    const [{ createCalendar, destroyCalendar, DayGrid, TimeGrid, Interaction }] = await Promise.all([
      import('@event-calendar/core'),
      stylesheet(this.dataset.css),
    ]);
    if (!this.isConnected) return;
    this.destroy = destroyCalendar;
    const home = $('[data-calendar]', this);
    $('.agenda', this).hidden = true;
    this.calendar = createCalendar(home, [DayGrid, TimeGrid, Interaction], {
      view: this.dataset.view === 'week' ? 'timeGridWeek' : 'dayGridMonth',
      date: this.dataset.date,
      firstDay: 1,
      locale: document.documentElement.lang,
      direction: document.dir || 'ltr',
      headerToolbar: { start: '', center: '', end: '' },
      dayMaxEvents: 4,
      nowIndicator: true,
      editable: Boolean(this.dataset.moveUrl),
      eventDurationEditable: false,
      events: this.events(),
      eventClick: ({ event, jsEvent }) => { jsEvent.preventDefault(); location.href = event.extendedProps.url; },
      eventDrop: (info) => this.move(info),
    });
    $$('[data-layer]', this).forEach((box) => box.addEventListener('change', () => this.calendar.setOption('events', this.events())));
  }

  disconnectedCallback() { if (this.calendar) this.destroy(this.calendar); }

  events() {
    const on = new Set($$('[data-layer]', this).filter((box) => box.checked).map((box) => box.dataset.layer));
    return $$('.agenda [data-event]', this)
      .filter(({ dataset }) => !dataset.layer || !on.size || on.has(dataset.layer))
      .map((item) => ({
        id: item.dataset.event,
        start: item.dataset.start,
        end: item.dataset.end || item.dataset.start,
        allDay: !item.dataset.start.includes('T'),
        title: $('[data-title]', item).textContent.trim(),
        classNames: [`t-${item.dataset.tone || 'accent'}`],
        editable: item.hasAttribute('data-movable'),
        extendedProps: { url: $('a', item).href },
      }));
  }

  async move({ event, revert }) {
    const start = event.allDay ? this.day(event.start) : event.start.toISOString();
    let response;
    let said = {};
    try {
      response = await post(this.dataset.moveUrl, { id: event.id, start });
      said = await answer(response);
    } catch { /* said below */ }
    if (!response?.ok) revert();
    toast(said.toast ?? { text: said.text ?? (response?.ok ? '' : $('#toasts').dataset.failed), tone: response?.ok ? '' : 'bad' });
  }

  day(date) {
    const two = (n) => String(n).padStart(2, '0');
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  }
});
