// The figures at the top.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { t } from "/shared/i18n.js";
import { format } from "./format.js";

const received = "messages+group_messages+service_messages";

export function tiles(history, now) {
  const of = (name, unit) => format(history.now(name), unit);
  const recent = (name, unit) => format(history.recent(name), unit);
  return html`<section class="tiles" aria-label=${t("overview")}>
    ${tile("connections", of("connections", "count"), t("usersOnline", of("users", "count")))}
    ${tile("messages", of(received, "rate"), t("framesIn", of("frames_in", "count")))}
    ${tile("deliveries", of("deliveries", "rate"), of("bytes_out", "byteRate"))}
    ${tile("delivery", recent("delivery_p99", "seconds"), t("median", recent("delivery_p50", "seconds")))}
    ${tile("fsync", recent("fsync_p99", "seconds"), t("perBatch", recent("batch_mean", "count")))}
    ${tile("cpu", of("cpu", "cores"), t("ofCores", now.cpus))}
    ${tile("memory", of("memory", "bytes"), t("heapOf", of("heap", "bytes")))}
    ${tile("disk", of("disk_bytes", "bytes"), t("freeOf", of("disk_free", "bytes")))}
  </section>`;
}

const tile = (id, value, more) => html`<div class="card tile" data-testid=${`tile-${id}`}>
  <h3>${t(`tile_${id}`)}</h3><strong>${value}</strong>${more ? html`<span class="quiet small">${more}</span>` : nothing}
</div>`;
