// What went wrong, in words.

import { has, t } from "./i18n.js";
import { toast } from "./toast.js";

// errorText takes a GannetError, or whatever else was thrown.
export function errorText(error) {
  const key = `reason_${error?.reason}`;
  if (has(key)) return t(key);
  return error?.msg ? t("refused", error.msg) : t("error");
}

// tried waits for what was asked for and says so if it fails; it resolves to whether it succeeded.
export async function tried(promise) {
  try {
    await promise;
    return true;
  } catch (error) {
    if (error?.reason === undefined) console.error(error);
    toast(errorText(error), "error");
    return false;
  }
}
