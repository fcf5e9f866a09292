// Says that something has come: a short sound, if wanted, and the title of the tab.

const quiet = "gannet.desk.quiet";

export class Bell {
  #title = document.title;
  #unread = 0;
  #news = "";

  get sounds() {
    try { return localStorage.getItem(quiet) === null; } catch { return true; }
  }

  set sounds(on) {
    try {
      if (on) localStorage.removeItem(quiet); else localStorage.setItem(quiet, "1");
    } catch { /* until the reload */ }
  }

  ring(news) {
    if (document.hidden) this.#news = news;
    this.#show();
    if (this.sounds) this.#sound();
  }

  count(unread) {
    if (unread === this.#unread) return;
    this.#unread = unread;
    this.#show();
  }

  clear() {
    this.#news = "";
    this.#show();
  }

  #show() {
    const count = this.#unread > 0 ? `(${this.#unread}) ` : "";
    document.title = `${count}${this.#news ? `${this.#news} · ` : ""}${this.#title}`;
  }

  // Two soft tones. A browser plays nothing before somebody has touched the page.
  #sound() {
    if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
    this.audio ??= new AudioContext();
    for (const [i, pitch] of [660, 880].entries()) {
      const at = this.audio.currentTime + i * 0.12;
      const tone = this.audio.createOscillator();
      const volume = this.audio.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, at);
      volume.gain.exponentialRampToValueAtTime(0.08, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.25);
      tone.connect(volume).connect(this.audio.destination);
      tone.start(at);
      tone.stop(at + 0.3);
    }
  }
}
