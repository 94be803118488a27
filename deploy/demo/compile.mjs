// Writes contracts/build/{Contract}.json: bytecode, selectors, event topics, ABI, and the hash of what it was made of.
import {createHash} from "node:crypto";
import {mkdirSync, readFileSync, readdirSync, writeFileSync} from "node:fs";
import solc from "solc";

const contracts = ["DemoToken", "DemoOrderBookV4", "DemoOrderBookV6"];
const files = readdirSync("contracts").filter((name) => name.endsWith(".sol")).sort();
const sources = Object.fromEntries(files.map((name) => [name, {content: readFileSync(`contracts/${name}`, "utf8")}]));
const hash = createHash("sha256");
for (const name of files) hash.update(sources[name].content);

const output = JSON.parse(solc.compile(JSON.stringify({
  language: "Solidity",
  sources,
  settings: {
    viaIR: true,
    optimizer: {enabled: true, runs: 200},
    evmVersion: "cancun",
    metadata: {bytecodeHash: "none", appendCBOR: false},
    outputSelection: {"*": {"*": ["abi", "evm.bytecode.object", "evm.methodIdentifiers"]}},
  },
})));
for (const {formattedMessage} of output.errors ?? []) console.error(formattedMessage);
if ((output.errors ?? []).length > 0) process.exit(1);

mkdirSync("contracts/build", {recursive: true});
for (const name of contracts) {
  const {abi, evm} = output.contracts[`${name}.sol`][name];
  writeFileSync(`contracts/build/${name}.json`, JSON.stringify({
    contract: name,
    compiler: solc.version(),
    sources_sha256: hash.copy().digest("hex"),
    selectors: evm.methodIdentifiers,
    bytecode: `0x${evm.bytecode.object}`,
    abi,
  }, null, 1) + "\n");
  console.log(`${name}: ${evm.bytecode.object.length / 2} bytes`);
}
