/** Shows the install lines of the package manager that was chosen last, in every recipe. */
export function startPackageManagers(): void {
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !target.name.endsWith('-manager')) return;
    document.documentElement.dataset['manager'] = target.value;
    for (const same of document.querySelectorAll<HTMLInputElement>(
      `input[name$="-manager"][value="${target.value}"]`,
    )) {
      same.checked = true;
    }
  });
}
