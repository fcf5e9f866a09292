// Waiting for what happens by itself.
import assert from "node:assert/strict";

const patience = Number(process.env.JSTEST_PATIENCE ?? 20_000);

// until polls, since what is waited for may be anything.
export async function until(what, condition) {
  const end = Date.now() + patience;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) assert.fail(`never: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

// turns lets everything run that is ready to.
export async function turns(n = 20) {
  for (let i = 0; i < n; i++) await new Promise(resolve => setImmediate(resolve));
}

// rejected gives the error of a promise that must fail.
export async function rejected(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail("it didn't fail");
}
