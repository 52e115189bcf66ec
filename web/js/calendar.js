// ui-calendar: month and week over the agenda that the server has already drawn; the agenda stays on phones.
import { $, $$, locale, make, post } from './dom.js';
import { say } from './toasts.js';

const WIDE = matchMedia('(min-width: 720px)');
const DAY = 86400000;
const ROLES = '[role=table], [role=row], [role=cell], [role=columnheader], [role=rowgroup], [role=rowheader]';

function stylesheet(href) {
  if ($(`link[href="${href}"]`)) return Promise.resolve();
  return new Promise((done) => {
    document.head.append(make('link', { rel: 'stylesheet', href, onload: done, onerror: done }));
  });
}

// The library's grid claims to be a table without being one; without the claims it reads as what it is, days and links.
function plain(home) {
  for (const part of $$(ROLES, home)) ['role', 'aria-colindex', 'aria-label'].forEach((name) => part.removeAttribute(name));
  $$('.ec-col-head > [aria-label]', home).forEach((part) => part.removeAttribute('aria-label'));
}

const two = (n) => String(n).padStart(2, '0');
const isoDay = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

customElements.define('ui-calendar', class extends HTMLElement {
  async connectedCallback() {
    if (!WIDE.matches || this.dataset.view === 'list') return;
    const [{ createCalendar, destroyCalendar, DayGrid, TimeGrid, Interaction }] = await Promise.all([
      import('@event-calendar/core'),
      stylesheet(this.dataset.css),
    ]);
    if (!this.isConnected) return;
    const home = $('[data-calendar]', this);
    $('.agenda', this).hidden = true;
    this.destroy = destroyCalendar;
    this.calendar = createCalendar(home, [DayGrid, TimeGrid, Interaction], this.options(DayGrid));
    plain(home);
    this.watcher = new MutationObserver(() => plain(home));
    this.watcher.observe(home, { childList: true, subtree: true });
    home.addEventListener('keydown', this.keys);
    $$('[data-layer]', this).forEach((box) => box.addEventListener('change', () => this.calendar.setOption('events', this.events())));
  }

  disconnectedCallback() {
    this.watcher?.disconnect();
    if (this.calendar) this.destroy(this.calendar);
  }

  options() {
    return {
      view: this.dataset.view === 'week' ? 'timeGridWeek' : 'dayGridMonth',
      date: this.dataset.date,
      firstDay: 1,
      locale: locale(),
      headerToolbar: { start: '', center: '', end: '' },
      dayMaxEvents: 4,
      nowIndicator: true,
      editable: Boolean(this.dataset.moveUrl),
      eventDurationEditable: false,
      allDayContent: this.dataset.allDay,
      slotMinTime: '06:00:00',
      slotMaxTime: '20:00:00',
      flexibleSlotTimeLimits: true,
      eventTimeFormat: { hour: '2-digit', minute: '2-digit' },
      events: this.events(),
      eventContent: ({ event, timeText }) => ({ domNodes: [this.link(event, timeText)] }),
      eventDrop: ({ event, oldEvent }) => this.move(event, oldEvent),
    };
  }

  link({ id, title, allDay, extendedProps }, timeText) {
    const link = make('a', { href: extendedProps.url, draggable: false, title });
    link.dataset.id = id;
    if (!allDay && timeText) link.append(make('span', { className: 'num', textContent: `${timeText} ` }));
    link.append(title);
    return link;
  }

  events() {
    const boxes = $$('input[data-layer]', this);
    const on = new Set(boxes.filter((box) => box.checked).map((box) => box.dataset.layer));
    return $$('.agenda [data-event]', this)
      .filter(({ dataset }) => !dataset.layer || !boxes.length || on.has(dataset.layer))
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

  // Alt and the arrows move what has the focus by a day or a week.
  keys = (event) => {
    const days = event.altKey && { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
    const chosen = days && this.calendar.getEventById(event.target.dataset.id);
    if (!chosen || chosen.editable === false || !this.dataset.moveUrl) return;
    event.preventDefault();
    const moved = {
      ...chosen,
      start: new Date(chosen.start.getTime() + days * DAY),
      end: new Date(chosen.end.getTime() + days * DAY),
    };
    this.calendar.updateEvent(moved);
    this.move(moved, chosen).then(() => $(`a[data-id="${CSS.escape(chosen.id)}"]`, this)?.focus());
  };

  async move(event, before) {
    const start = event.allDay ? isoDay(event.start) : event.start.toISOString();
    const answer = await post(this.dataset.moveUrl, { id: event.id, start });
    if (answer.ok) this.remember(event, start);
    else this.calendar.updateEvent(before);
    say(answer);
  }

  remember({ id }, start) {
    const item = $(`.agenda [data-event="${CSS.escape(id)}"]`, this);
    if (item) Object.assign(item.dataset, { start, end: '' });
  }
});
