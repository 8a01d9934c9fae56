// node readability_jsdom.cjs LIST: the same with Mozilla's Readability over jsdom.
const fs = require('fs');
const path = require('path');
const peers = process.env.NEWSFOLD_BENCH_PEERS || path.join(__dirname, '../../build/bench-peers');
const from = (name) => require(require.resolve(name, {paths: [peers]}));
const {Readability} = from('@mozilla/readability');
const {JSDOM, VirtualConsole} = from('jsdom');

const pages = fs.readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean).map((p) => fs.readFileSync(p, 'utf8'));
let texts = 0;
const begin = process.cpuUsage();
for (const page of pages) {
  try {
    const dom = new JSDOM(page, {url: 'https://news.example/', virtualConsole: new VirtualConsole()});
    if (new Readability(dom.window.document).parse()) ++texts;
    dom.window.close();
  } catch (error) {  // it gives up on some pages
  }
}
const used = process.cpuUsage(begin);
console.log((used.user + used.system) / 1e6, texts, process.resourceUsage().maxRSS / 1024);
