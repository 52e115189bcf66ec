// The demand grid: one cell has the focus, arrows move it, typing edits it, a block is pasted from a spreadsheet.
import { $, $$, answer, post } from './dom.js';
import { refresh } from './request.js';
import { toast } from './toasts.js';

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Sheet {
  constructor(home) {
    this.home = home;
    home.addEventListener('keydown', this.keys);
    home.addEventListener('focusin', this.mark);
    home.addEventListener('dblclick', ({ target }) => this.edit(target.closest('[data-week]')));
    home.addEventListener('paste', this.paste);
    home.addEventListener('copy', this.copy);
  }

  get rows() { return $$('tr[data-series]', this.home); }

  place(cell) {
    const row = cell.closest('tr');
    return [this.rows.indexOf(row), $$('[data-week]', row).indexOf(cell)];
  }

  at(row, column) { return this.rows[row] && $$('[data-week]', this.rows[row])[column]; }

  go(cell) { cell?.focus(); }

  mark = ({ target }) => {
    const cell = target.closest('[data-week]');
    if (!cell || cell === target.closest('[tabindex="0"]')) return;
    $$('[data-week][tabindex="0"]', this.home).forEach((one) => { one.tabIndex = -1; });
    cell.tabIndex = 0;
  };

  keys = (event) => {
    const cell = event.target.closest('[data-week]');
    if (!cell || event.target !== cell || event.isComposing) return;
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const [row, column] = this.place(cell);
    const rtl = document.dir === 'rtl' ? -1 : 1;
    const step = STEPS[event.key];
    if (step) this.go(this.at(row + step[0], column + step[1] * rtl));
    else if (event.key === 'Home') this.go(this.at(event.ctrlKey ? 0 : row, 0));
    else if (event.key === 'End') this.go($$('[data-week]', this.rows[event.ctrlKey ? this.rows.length - 1 : row]).at(-1));
    else if (event.key === 'PageDown') this.go(this.at(Math.min(row + 10, this.rows.length - 1), column));
    else if (event.key === 'PageUp') this.go(this.at(Math.max(row - 10, 0), column));
    else if (this.isStill) return;
    else if (event.key === 'Enter' || event.key === 'F2') this.edit(cell);
    else if (event.key === 'Delete' || event.key === 'Backspace') { if (cell.classList.contains('own')) this.save([[cell, '']]); }
    else if (isPlain && /^[\d.,]$/.test(event.key)) this.edit(cell, event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  get isStill() { return this.home.hasAttribute('data-still'); }

  edit(cell, start) {
    if (!cell || this.isStill || $('input', cell)) return;
    const before = cell.textContent;
    const label = `${this.home.dataset.label} ${cell.dataset.week}`;
    const input = Object.assign(document.createElement('input'), { className: 'input', inputMode: 'decimal', value: start ?? before, ariaLabel: label });
    let over = false;
    const close = (isKept) => {
      if (over) return;
      over = true;
      const said = input.value.trim();
      cell.textContent = before;
      if (isKept && said !== before) this.save([[cell, said]]);
    };
    input.addEventListener('blur', () => close(true));
    input.addEventListener('keydown', (event) => {
      const [row, column] = this.place(cell);
      const back = event.shiftKey ? -1 : 1;
      const next = { Enter: [row + back, column], Tab: [row, column + back], Escape: [row, column] }[event.key];
      event.stopPropagation();
      if (!next || event.isComposing) return;
      event.preventDefault();
      close(event.key !== 'Escape');
      this.go(this.at(...next) ?? cell);
    });
    cell.textContent = '';
    cell.append(input);
    input.focus();
    if (start === undefined) input.select();
  }

  copy = (event) => {
    const cell = event.target.closest?.('[data-week]');
    if (!cell || $('input', cell) || String(getSelection())) return;
    event.preventDefault();
    event.clipboardData.setData('text/plain', cell.textContent);
  };

  paste = (event) => {
    const cell = event.target.closest('[data-week]');
    if (!cell || event.target !== cell || this.isStill) return;
    event.preventDefault();
    const block = event.clipboardData.getData('text/plain').replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n').map((line) => line.split('\t'));
    const [row, column] = this.place(cell);
    const edits = block.flatMap((line, down) => line.map((text, along) => [this.at(row + down, column + along), text.trim()]));
    const fit = edits.filter(([one]) => one);
    if (fit.length < edits.length) toast({ text: this.home.dataset.wide, tone: 'warn' });
    this.save(fit);
  };

  // All edits are kept or none; what the server says is then on screen, for it knows the statistical figures.
  async save(edits) {
    if (!edits.length) return;
    const reason = $('#reason');
    if (!reason.value.trim() && edits.some(([, text]) => text)) {
      toast({ text: this.home.dataset.ask, tone: 'warn' });
      reason.focus();
      return;
    }
    const cells = edits.map(([cell, text]) => [cell.closest('tr').dataset.series, cell.dataset.week, text]);
    const before = edits.map(([cell]) => cell.textContent);
    edits.forEach(([cell, text]) => { cell.classList.add('saving'); if (text) cell.textContent = text; });
    let response;
    let said = {};
    try {
      response = await post(this.home.dataset.url, { edits: JSON.stringify(cells), reason: reason.value });
      said = await answer(response);
    } catch { /* the line is down: the figures go back and the toast says so */ }
    edits.forEach(([cell], n) => {
      cell.classList.remove('saving');
      if (!response?.ok) cell.textContent = before[n];
    });
    toast(said.toast ?? { text: said.text ?? $('#toasts').dataset.failed, tone: response?.ok ? '' : 'bad' });
    if (response?.ok) refresh(this.home);
  }
}
