// How the pages are built: one entry a page, each mounted in the Jinja shell (web/templates/shell.html), which finds
// the files through the manifest. No inline script is ever produced, so that `script-src 'self'` holds.
import { fileURLToPath, URL } from "node:url";

import vue from "@vitejs/plugin-vue";
import Components from "unplugin-vue-components/vite";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import { defineConfig } from "vite";

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

// Offices still run browsers of this age (Windows 7, UOS); see ARCHITECTURE.md, front end.
const OLDEST_BROWSER = "chrome109";

export default defineConfig({
  base: "/static/dist/",
  plugins: [vue(), Components({ dts: false, dirs: [], resolvers: [ElementPlusResolver()] })],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    // Messages are interpreted, not compiled with `new Function`, which the content security policy forbids.
    __INTLIFY_JIT_COMPILATION__: true,
    __INTLIFY_DROP_MESSAGE_COMPILER__: false,
  },
  build: {
    outDir: process.env.PAGES_OUT ?? "../static/dist",
    emptyOutDir: true,
    manifest: true,
    target: OLDEST_BROWSER,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      input: {
        admin: source("admin/admin.ts"),
        console: source("console/console.ts"),
        portal: source("portal/portal.ts"),
        floor: source("floor/floor.ts"),
        dispatch: source("desks/dispatch.ts"),
        unit: source("desks/unit.ts"),
        review: source("desks/review.ts"),
        supervision: source("desks/supervision.ts"),
        callbacks: source("desks/callbacks.ts"),
        board: source("desks/board.ts"),
        tickets: source("desks/tickets.ts"),
        ticket: source("desks/ticket.ts"),
        incidents: source("incidents/incidents.ts"),
        due: source("desks/due.ts"),
        knowledge: source("knowledge/knowledge.ts"),
        inbox: source("desks/inbox.ts"),
        messages: source("desks/messages.ts"),
        plain: source("shared/plain.css"),
      },
    },
  },
});
