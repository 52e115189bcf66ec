// ui-lines: rows that can be added, moved and removed, inside a Django formset or on their own (data-plain).
import { $, $$, locale } from './dom.js';
import { htmx } from './request.js';

const toNumber = (text) => {
  const plain = String(text ?? '').replace(/[\s\u00a0\u202f']/g, '');
  const comma = plain.lastIndexOf(',') > plain.lastIndexOf('.');
  return Number(comma ? plain.replaceAll('.', '').replace(',', '.') : plain.replaceAll(',', '')) || 0;
};

export class UiLines extends HTMLElement {
  connectedCallback() {
    this.home = $('[data-rows]', this);
    this.count = $(`[name="${this.dataset.prefix}-TOTAL_FORMS"]`, this);
    this.addEventListener('click', this.press);
    this.addEventListener('input', this.tidy);
    this.addEventListener('change', this.tidy);
    this.addEventListener('keydown', this.keys);
    this.tidy();
    this.makeMovable();
  }

  disconnectedCallback() { this.sortable?.destroy(); }

  get rows() { return $$('[data-row]', this.home).filter((row) => !row.hidden); }

  async makeMovable() {
    if (!$('[data-grip]', this)) return;
    const { default: Sortable } = await import('sortablejs');
    if (!this.isConnected) return;
    this.sortable = new Sortable(this.home, { handle: '[data-grip]', draggable: '[data-row]', animation: 140, ghostClass: 'ghost', onEnd: this.changed });
  }

  add = () => {
    const number = Number(this.count?.value ?? this.rows.length);
    const shape = $('template[data-new]', this).innerHTML.replaceAll('__prefix__', number);
    this.home.insertAdjacentHTML('beforeend', shape);
    if (this.count) this.count.value = number + 1;
    const row = this.home.lastElementChild;
    htmx.process(row);
    this.tidy();
    return row;
  };

  // A row the server knows is marked for deletion and hidden; a new one as well, so that numbers stay dense.
  remove(row) {
    const mark = $('[data-delete]', row);
    if (mark) { mark.value = 'on'; row.hidden = true; } else row.remove();
  }

  press = (event) => {
    const button = event.target.closest('[data-add], [data-remove], [data-up], [data-down]');
    if (!button) return;
    const row = button.closest('[data-row]');
    if (button.matches('[data-add]')) $(':is(input:not([type=hidden]), select)', this.add())?.focus();
    else if (button.matches('[data-remove]')) {
      const neighbour = row.nextElementSibling ?? row.previousElementSibling;
      this.remove(row);
      ($('[data-remove]', neighbour ?? this) ?? $('[data-add]', this))?.focus();
    } else {
      const place = this.rows.indexOf(row);
      const other = this.rows[place + (button.matches('[data-up]') ? -1 : 1)];
      if (other) button.matches('[data-up]') ? other.before(row) : other.after(row);
      button.focus();
    }
    this.changed();
  };

  keys = (event) => {
    const isLast = event.key === 'Enter' && !event.ctrlKey && event.target.matches('input:not([role=combobox])');
    if (!isLast || !$('template[data-new]', this)) return;
    event.preventDefault();
    if (event.target.closest('[data-row]') === this.rows.at(-1)) $('[data-add]', this).click();
  };

  changed = () => {
    this.tidy();
    this.dispatchEvent(new Event('change', { bubbles: true }));
  };

  value(row, field) {
    const control = field && $(`[name$="-${field}"]`, row);
    return control ? toNumber(control.value) : null;
  }

  tidy = () => {
    const { quantity, price, discount, decimals } = this.dataset;
    const digits = { minimumFractionDigits: Number(decimals ?? 2), maximumFractionDigits: Number(decimals ?? 2) };
    const write = (n) => n.toLocaleString(locale(), digits);
    let total = 0;
    this.rows.forEach((row, index) => {
      const order = $('[data-order]', row);
      const number = $('[data-no]', row);
      if (order) order.value = index + 1;
      if (number && !this.hasAttribute('data-empty-ok')) number.textContent = index + 1;
      const amount = $('[data-amount]', row);
      if (!amount || !quantity) return;
      const worth = this.value(row, quantity) * this.value(row, price) * (1 - (this.value(row, discount) ?? 0) / 100);
      amount.textContent = write(worth);
      total += worth;
    });
    const sum = $('[data-total]', this);
    if (sum) sum.textContent = write(total);
  };
}

customElements.define('ui-lines', UiLines);
