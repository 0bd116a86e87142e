export function instanceNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `instance-${i + 1}`);
}
