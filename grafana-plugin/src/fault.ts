/** The backend's sentence out of a failed request. */
export function sentenceOf(fault: unknown): string {
  const { data, message } = fault as { data?: { error?: string; message?: string }; message?: string };
  return data?.error ?? data?.message ?? message ?? 'The data source did not answer.';
}
