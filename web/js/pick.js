// ui-pick: type a few letters, choose a record, or create it on the way.
import { $, $$, later } from './dom.js';
import { into } from './request.js';
import { place } from './overlay.js';

customElements.define('ui-pick', class extends HTMLElement {
  connectedCallback() {
    this.hidden_ = $('[data-value]', this);
    this.input = $('[role=combobox]', this);
    this.list = $('[role=listbox]', this);
    this.chosenText = this.input.value;
    this.search = later(140, this.fetch);
    this.input.addEventListener('input', this.search);
    this.input.addEventListener('focus', () => this.input.select());
    this.input.addEventListener('click', this.fetch);
    this.input.addEventListener('keydown', this.keys);
    this.input.addEventListener('blur', this.leave);
    this.list.addEventListener('mousedown', (event) => { event.preventDefault(); this.choose(event.target.closest('[role=option]')); });
    $('[data-clear]', this).addEventListener('click', () => { this.set('', ''); this.input.focus(); });
    this.paint();
  }

  get options() { return $$('[role=option]:not([aria-disabled])', this.list); }
  get isOpen() { return this.list.matches(':popover-open'); }

  paint() { $('[data-clear]', this).hidden = !this.hidden_.value || this.input.required || this.input.readOnly; }

  fetch = async () => {
    if (this.input.readOnly || this.input.disabled) return;
    const isUntouched = this.input.value === this.chosenText;
    const url = new URL(this.dataset.url, location.href);
    url.searchParams.set('q', isUntouched ? '' : this.input.value.trim());
    url.searchParams.set('list', this.list.id);
    this.running?.abort();
    this.running = new AbortController();
    try {
      const response = await fetch(url, { headers: { 'HX-Request': 'true' }, signal: this.running.signal });
      if (!response.ok) return;
      this.list.innerHTML = await response.text();
      if (document.activeElement === this.input) this.open();
    } catch (error) {
      if (error.name !== 'AbortError') throw error;
    }
  };

  open() {
    if (!this.isOpen) this.list.showPopover({ source: this.input });
    place(this.list, this.input);
    this.input.setAttribute('aria-expanded', 'true');
    const first = this.options.find((option) => option.dataset.value === this.hidden_.value) ?? this.options[0];
    this.mark(first);
  }

  shut() {
    if (this.isOpen) this.list.hidePopover();
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
  }

  mark(option) {
    this.options.forEach((one) => one.setAttribute('aria-selected', one === option));
    if (!option) return;
    this.input.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  }

  keys = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!this.isOpen) { this.fetch(); return; }
      const now = this.options.findIndex((one) => one.getAttribute('aria-selected') === 'true');
      this.mark(this.options[(now + step + this.options.length) % this.options.length]);
    } else if (event.key === 'Enter' && this.isOpen && !event.ctrlKey) {
      event.preventDefault();
      event.stopPropagation();
      this.choose($('[aria-selected=true]', this.list));
    } else if (event.key === 'Escape' && this.isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.input.value = this.chosenText;
      this.shut();
    }
  };

  leave = () => {
    this.shut();
    if (!this.input.value.trim()) this.set('', '');
    else this.input.value = this.chosenText;
  };

  choose(option) {
    if (!option || option.matches('[aria-disabled]')) return;
    if (option.dataset.create !== undefined) {
      const url = new URL(this.dataset.create, location.href);
      url.searchParams.set('text', option.dataset.create);
      url.searchParams.set('for', this.input.id);
      this.shut();
      into('#dialog', url.pathname + url.search);
      return;
    }
    this.set(option.dataset.value, option.dataset.text);
    if (option.dataset.fill) this.fill(JSON.parse(option.dataset.fill));
    this.shut();
  }

  // What the choice knows fills its neighbours: the price of an item, its unit.
  fill(values) {
    const home = this.closest('[data-row]') ?? this.closest('form');
    for (const [name, value] of Object.entries(values)) {
      const control = $(`[name="${name}"], [name$="-${name}"]`, home);
      if (!control) continue;
      control.value = value;
      control.dispatchEvent(new Event('input', { bubbles: true }));
    }
  }

  set(value, text) {
    const isNew = this.hidden_.value !== value;
    this.hidden_.value = value;
    this.input.value = text;
    this.chosenText = text;
    this.paint();
    if (isNew) this.hidden_.dispatchEvent(new Event('change', { bubbles: true }));
  }
});

document.addEventListener('picked', ({ detail }) => {
  const input = document.getElementById(detail.for);
  input?.closest('ui-pick').set(String(detail.value), detail.text);
  input?.focus();
});
