const MEBI = 2 ** 20;

export function bytesText(bytes: number): string {
  const mebibytes = bytes / MEBI;
  if (mebibytes >= 1024) return `${(mebibytes / 1024).toFixed(1)} GiB`;
  return `${mebibytes.toFixed(mebibytes < 10 ? 1 : 0)} MiB`;
}
