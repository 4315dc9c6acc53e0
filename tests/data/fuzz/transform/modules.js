import { openDatabase as o } from '@builder/preview-database';
import def, * as all from "./a.js";
export { o as default } from './b.json' with { type: 'json' };
const x = await import(`./${name}.js`);
require('node:fs'); process.env['A_B']; process.env.C ?? '';
