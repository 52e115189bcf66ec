// A place to drop a file on: the file goes into its input, the form may go at once (data-at-once).
import { $ } from './dom.js';

function home(event) {
  return event.target.closest?.('.drop');
}

document.addEventListener('dragover', (event) => {
  const drop = home(event);
  if (!drop) return;
  event.preventDefault();
  drop.classList.add('over');
});
document.addEventListener('dragleave', (event) => home(event)?.classList.remove('over'));
document.addEventListener('drop', (event) => {
  const drop = home(event);
  if (!drop) return;
  event.preventDefault();
  drop.classList.remove('over');
  const input = $('input[type=file]', drop);
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
});
document.addEventListener('change', ({ target }) => {
  const drop = target.matches('.drop input[type=file]') && target.closest('.drop');
  if (!drop) return;
  const names = [...target.files].map((file) => file.name).join(', ');
  $('[data-file]', drop).textContent = names;
  if (names && drop.hasAttribute('data-at-once')) target.form.requestSubmit();
});
