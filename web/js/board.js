// ui-board: cards move by mouse, finger, Alt and arrows, or "Move to…"; the server may refuse, and then they fly back.
import { $, $$, isPlain, isTyping, keysAreOn, post } from './dom.js';
import { into } from './request.js';
import { say } from './toasts.js';

customElements.define('ui-board', class extends HTMLElement {
  async connectedCallback() {
    this.addEventListener('keydown', this.keys);
    document.addEventListener('click', this.press);
    this.addEventListener('htmx:after:swap', this.take);
    if (this.hasAttribute('data-still')) return;
    const { default: Sortable } = await import('sortablejs');
    if (!this.isConnected) return;
    this.sortables = this.lists.map((list) => new Sortable(list, {
      group: 'cards',
      draggable: '.kcard:not(.locked)',
      filter: '.menu-btn, ui-edit',
      preventOnFilter: false,
      animation: 140,
      ghostClass: 'ghost',
      dragClass: 'drag',
      delayOnTouchOnly: true,
      delay: 180,
      onStart: ({ item }) => { this.from = { list: item.parentNode, next: item.nextElementSibling }; },
      onEnd: ({ item, to }) => { if (to !== this.from.list || item.nextElementSibling !== this.from.next) this.save(item, this.from); },
    }));
    this.dataset.ready = '';
  }

  disconnectedCallback() {
    document.removeEventListener('click', this.press);
    this.sortables?.forEach((one) => one.destroy());
  }

  get lists() { return $$('.cards', this); }

  // Moving to where the list's order puts it is the server's business; a card from another column goes on top.
  move(card, list) {
    if (list && list !== card.parentNode) this.put(card, () => list.prepend(card));
  }

  put(card, there) {
    const from = { list: card.parentNode, next: card.nextElementSibling };
    there();
    card.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    $('a', card).focus();
    this.save(card, from);
  }

  keys = (event) => {
    const at = event.target.closest('.kcard:not(.locked)');
    if (at && event.key === 'e' && isPlain(event) && !isTyping(event.target) && keysAreOn()) { event.preventDefault(); $('.editable', at)?.click(); }
    const card = event.altKey && at;
    if (!card || this.hasAttribute('data-still')) return;
    const rtl = document.dir === 'rtl' ? -1 : 1;
    const aside = { ArrowRight: rtl, ArrowLeft: -rtl }[event.key];
    const along = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (aside) {
      event.preventDefault();
      this.move(card, this.lists[this.lists.indexOf(card.parentNode) + aside]);
    }
    const other = along === 1 ? card.nextElementSibling : along === -1 ? card.previousElementSibling : null;
    if (!other) return;
    event.preventDefault();
    this.put(card, () => (along === 1 ? other.after(card) : other.before(card)));
  };

  // One menu serves all cards: it remembers whose button opened it.
  press = (event) => {
    const opener = event.target.closest('[popovertarget="move-menu"]');
    if (opener) this.asked = opener.closest('.kcard');
    const entry = event.target.closest('[data-move-to]');
    if (entry) this.move(this.asked, this.lists.find((list) => list.dataset.stage === entry.dataset.moveTo));
  };

  // Cards that came later stand beside their column's list until they are taken into it.
  take = () => {
    $$('[data-more]', this).forEach((box) => {
      this.lists.find((list) => list.dataset.stage === box.dataset.more)?.append(...box.children);
      box.remove();
    });
  };

  async save(card, from) {
    const { id } = card.dataset;
    const { stage } = card.parentNode.dataset;
    const before = card.nextElementSibling?.dataset.id ?? '';
    card.classList.add('saving');
    const answer = await post(this.dataset.url, { id, to: stage, before });
    card.classList.remove('saving');
    if (!answer.ok) this.putBack(card, from);
    if (answer.dialog_url) into('#dialog', answer.dialog_url);
    else say(answer);
    Object.entries(answer.columns ?? {}).forEach(([name, figures]) => this.figure(name, figures));
  }

  putBack(card, from) {
    from.list.insertBefore(card, from.next);
    card.classList.add('refused');
    card.addEventListener('animationend', () => card.classList.remove('refused'), { once: true });
    setTimeout(() => card.classList.remove('refused'), 600);
    $('a', card).focus();
  }

  figure(stage, figures) {
    const column = this.lists.find((list) => list.dataset.stage === stage)?.closest('.col');
    for (const [name, text] of Object.entries(figures)) {
      const place = column && $(`[data-figure="${name}"]`, column);
      if (place) place.textContent = text;
    }
  }
});
