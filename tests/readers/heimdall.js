// Usage: node heimdall.js DIRECTORY <report.hdf.json
// Reads HDF as Heimdall does, with the inspecjs of a directory, and prints each control's id with the status it shows.
const {convertFile, hdfWrapControl} = require(process.argv[2]);
const read = convertFile(require("fs").readFileSync(0, "utf8"))["1_0_ExecJson"];
if (!read) throw new Error("not an exec-json document");
const controls = read.profiles.flatMap((profile) => profile.controls);
console.log(JSON.stringify(controls.map((control) => [control.id, hdfWrapControl(control).status])));
