/** `541,909`. Written out, because starting `Intl` for the first number costs more than all else a small run prints. */
export function formatCount(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
