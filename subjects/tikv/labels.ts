// Location labels: by which PD keeps the copies of a region apart.

/** Whether PD, told these, would isolate copies less than by those of now. Comma separated. */
export function givesUpLabels(wanted: string, now: string): boolean {
  const kept = wanted.split(",");
  return now !== "" && !now.split(",").every((label) => kept.includes(label));
}
