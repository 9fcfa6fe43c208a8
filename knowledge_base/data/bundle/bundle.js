// The page of an off-line bundle: looks for words in what `data.js` put into window.BUNDLE. No network, no library.
"use strict";
(() => {
  const WORDS = {
    zh: {
      title: "12345 知识库离线包", staff: "内部版", public: "公开版", made: "生成于 {at}", other: "English", search: "输入问题、关键字、名称、拼音、首字母或电话",
      articles: "知识", announcements: "公告", phones: "电话", count: "{n} 条", found: "找到 {n} 条", none: "没有找到。请换个说法再试。",
      more: "显示更多", internal: "内部", agent: "坐席答复", public_answer: "公开答复", questions: "常见问法", category: "类目", unit: "责任单位",
      source: "依据", issued: "发文单位", from: "生效日期", to: "失效日期", area: "区域", audience: "服务对象", keywords: "关键字", updated: "版本",
      places: "地点", hours: "时间", duty: "24小时值班电话", address: "地址", note: "备注", city: "全市", running: "进行中", coming: "未开始", over: "已结束",
      pick: "请从列表中选择一条。", stale: "离线内容以生成时间为准，请以线上知识库为最新。",
    },
    en: {
      title: "12345 knowledge, off-line", staff: "Staff edition", public: "Public edition", made: "Made {at}", other: "中文",
      search: "A question, keyword, name, pinyin, initials or number", articles: "Articles", announcements: "Announcements", phones: "Phone book",
      count: "{n} entries", found: "{n} found", none: "Nothing found. Try other words.", more: "Show more", internal: "Internal",
      agent: "Answer for agents", public_answer: "Answer for citizens", questions: "Asked like this", category: "Category",
      unit: "Responsible unit", source: "Source", issued: "Issued by", from: "In force from", to: "In force until", area: "Area",
      audience: "For whom", keywords: "Keywords", updated: "Revision", places: "Places", hours: "Hours", duty: "On duty day and night",
      address: "Address", note: "Note", city: "The whole city", running: "Running", coming: "To come", over: "Over",
      pick: "Choose an entry from the list.", stale: "As of the moment it was made; the knowledge base on line is newer.",
    },
  };
  const KINDS = ["articles", "announcements", "phones"];
  const WEIGHTS = { title: 8, questions: 5, keywords: 5, body: 1 };
  const SOUNDS = { title: 8, keywords: 5 };
  const STEP = 50;
  const bundle = window.BUNDLE;
  const at = (id) => document.getElementById(id);
  let language = "zh", kind = "articles", shown = STEP, chosen = null, results = [];

  const say = (key, values = {}) => WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const plain = (words) => words.normalize("NFKC").toLowerCase();
  const moment = (iso) => new Date(iso).toLocaleString(language === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: bundle.about.zone });

  // What is looked for: words of Latin letters and digits whole, Chinese by pairs of characters.
  function pieces(words) {
    const found = new Set();
    for (const run of plain(words).match(/[a-z0-9]+|[\u3400-\u9fff]+/g) || []) {
      if (/^[a-z0-9]/.test(run) || run.length < 2) found.add(run);
      else for (let i = 0; i + 2 <= run.length; i++) found.add(run.slice(i, i + 2));
    }
    return [...found];
  }

  // A name as it sounds: its letters in one, where each syllable begins in them, and the first letters.
  function heard(words) {
    const starts = new Set(), syllables = words.split(" ").filter(Boolean);
    let letters = "";
    for (const syllable of syllables) { starts.add(letters.length); letters += syllable; }
    return { letters, starts, initials: syllables.map((one) => one[0]).join("") };
  }

  // Whether letters that were typed are the first letters of syllables in a row, or these written out.
  function sounds(name, typed) {
    if (name.initials.includes(typed)) return true;
    for (let i = name.letters.indexOf(typed); i >= 0; i = name.letters.indexOf(typed, i + 1)) if (name.starts.has(i)) return true;
    return false;
  }

  const FIELDS = {
    articles: (one) => ({ title: one.title, questions: one.questions.join("\n"), keywords: one.keywords.join("\n"),
      body: [one.answer_agent, one.answer_public, one.category_path, one.source_document].filter(Boolean).join("\n") }),
    announcements: (one) => ({ title: one.title, questions: "", keywords: [one.places, ...one.areas].join("\n"), body: one.body }),
    phones: (one) => ({ title: one.name, questions: "", keywords: [...one.keywords, ...one.phones, one.duty_phone].join("\n"),
      body: [one.address, one.note, one.area].join("\n") }),
  };
  const rows = Object.fromEntries(KINDS.map((name) => [name, bundle[name].map((one) => {
    const fields = FIELDS[name](one);
    return { one, fields: Object.fromEntries(Object.entries(fields).map(([key, words]) => [key, plain(words)])), sounds: one.sounds.map(heard) };
  })]));

  function score(row, whole, parts) {
    let sum = 0;
    const typed = whole.replace(/[\s']/g, "");
    if (/^[a-z]{2,}$/.test(typed)) row.sounds.forEach((name, i) => { if (sounds(name, typed)) sum += SOUNDS[i ? "keywords" : "title"] * 3; });
    for (const [field, weight] of Object.entries(WEIGHTS)) {
      const words = row.fields[field];
      if (words.includes(whole)) sum += weight * 3;
      for (const part of parts) if (words.includes(part)) sum += (weight * 2) / parts.length;
    }
    return sum;
  }

  function find(typed) {
    const whole = plain(typed).trim();
    if (!whole) return rows[kind].map((row) => row.one);
    const parts = pieces(whole);
    const scored = rows[kind].map((row) => [score(row, whole, parts), row.one]).filter(([points]) => points > 0);
    const best = scored.reduce((most, [points]) => Math.max(most, points), 0);
    return scored.filter(([points]) => points >= best / 5).sort((a, b) => b[0] - a[0]).map(([, one]) => one);
  }

  function element(tag, words, name) {
    const made = document.createElement(tag);
    if (words) made.textContent = words;
    if (name) made.className = name;
    return made;
  }

  // Words with what was looked for marked, as nodes: nothing of the data is ever read as markup.
  function marked(tag, words, name) {
    const made = element(tag, "", name), parts = pieces(at("search").value).filter((part) => part.length > 1 || /[\u3400-\u9fff]/.test(part));
    const lower = words.toLowerCase(), hit = new Array(words.length).fill(false);
    for (const part of parts) for (let i = lower.indexOf(part); i >= 0; i = lower.indexOf(part, i + 1)) hit.fill(true, i, i + part.length);
    for (let i = 0; i < words.length;) {
      let end = i;
      while (end < words.length && hit[end] === hit[i]) end++;
      made.append(hit[i] ? element("mark", words.slice(i, end)) : words.slice(i, end));
      i = end;
    }
    return made;
  }

  const phase = (one) => { const now = Date.now(); return now < Date.parse(one.starts_at) ? "coming" : now < Date.parse(one.ends_at) ? "running" : "over"; };
  const under = {
    articles: (one) => one.category_path || one.owner_unit,
    announcements: (one) => `${say(phase(one))} · ${one.areas.join("、") || say("city")}`,
    phones: (one) => [...new Set([...one.phones, one.duty_phone])].filter(Boolean).join("  "),
  };

  function list() {
    results = find(at("search").value);
    const items = results.slice(0, shown).map((one) => {
      const button = element("button");
      button.type = "button";
      button.append(marked("span", one.title || one.name, "name"), element("span", under[kind](one), "under"));
      button.setAttribute("aria-current", String(one === chosen));
      button.addEventListener("click", () => { choose(one); at("detail").focus(); });
      const item = element("li");
      item.append(button);
      return item;
    });
    at("list").replaceChildren(...items);
    const key = results.length ? (at("search").value.trim() ? "found" : "count") : at("search").value.trim() ? "none" : "count";
    at("count").textContent = say(key, { n: results.length });
    at("more").hidden = results.length <= shown;
  }

  function facts(pairs) {
    const made = element("dl");
    for (const [key, words] of pairs) if (words) made.append(element("dt", say(key)), marked("dd", words));
    return made;
  }

  function block(key, words) {
    return words ? [element("h3", say(key)), marked("p", words, "words")] : [];
  }

  const details = {
    articles: (one) => [
      ...(one.answer_agent ? block("agent", one.answer_agent) : []),
      ...(one.answer_public !== one.answer_agent ? block("public_answer", one.answer_public) : []),
      ...block("questions", one.questions.join("\n")),
      facts([["category", one.category_path], ["unit", one.owner_unit],
        ["source", [one.source_document, one.source_number, one.source_date].filter(Boolean).join(" · ")], ["issued", one.issuing_body],
        ["audience", one.audience], ["area", one.area], ["from", one.effective_from], ["to", one.effective_to],
        ["keywords", one.keywords.join("、")], ["updated", String(one.revision)]]),
    ],
    announcements: (one) => [
      marked("p", one.body, "words"),
      facts([["hours", `${moment(one.starts_at)} – ${moment(one.ends_at)} · ${say(phase(one))}`], ["area", one.areas.join("、") || say("city")],
        ["places", one.places]]),
    ],
    phones: (one) => [
      ...one.phones.map((number) => element("p", number, "phone")),
      facts([["duty", one.duty_phone], ["hours", one.hours], ["address", one.address], ["area", one.area], ["note", one.note]]),
    ],
  };

  function choose(one) {
    chosen = one;
    for (const [index, item] of [...at("list").children].entries())
      item.firstChild.setAttribute("aria-current", String(results[index] === one));
    if (!one) { at("detail").replaceChildren(element("p", say("pick"), "quiet"), element("p", say("stale"), "quiet")); return; }
    const tags = one.internal ? [element("span", say("internal"), "tag internal")] : [];
    at("detail").replaceChildren(marked("h2", one.title || one.name), ...tags, ...details[kind](one));
    at("detail").scrollTop = 0;
  }

  function frame() {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = at("title").textContent = say("title");
    at("edition").textContent = say(bundle.about.edition);
    at("made").textContent = say("made", { at: moment(bundle.about.generated_at) });
    at("language").textContent = say("other");
    at("search").placeholder = say("search");
    at("search").setAttribute("aria-label", say("search"));
    at("more").textContent = say("more");
    at("tabs").replaceChildren(...KINDS.map((name) => {
      const tab = element("button", `${say(name)} ${bundle[name].length}`);
      tab.type = "button";
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-selected", String(name === kind));
      tab.addEventListener("click", () => { kind = name; shown = STEP; frame(); list(); choose(results[0] || null); });
      return tab;
    }));
  }

  at("search").addEventListener("input", () => { shown = STEP; list(); choose(results[0] || null); });
  at("more").addEventListener("click", () => { shown += STEP; list(); });
  at("language").addEventListener("click", () => { language = language === "zh" ? "en" : "zh"; frame(); list(); choose(chosen); });
  frame();
  list();
  choose(null);
})();
