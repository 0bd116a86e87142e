/** The product's sign. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
      <rect width="32" height="32" rx="7" class="mark__ground" />
      <path d="M6 16h6m8 0h6" class="mark__line" />
      <rect x="11" y="8" width="10" height="16" rx="2.4" class="mark__line" />
    </svg>
  );
}
