// Ordinal numbers.

export function ordinal(rank: number): string {
  const teen = Math.floor(rank / 10) % 10 === 1;
  const ending = teen ? undefined : ["th", "st", "nd", "rd"][rank % 10];
  return `${rank}${ending ?? "th"}`;
}
