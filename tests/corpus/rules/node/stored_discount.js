// Discounts out of a table's stream, read as plain values: a formula that is nested in one is run.
'use strict';
const { unmarshall } = require('@aws-sdk/util-dynamodb');

const NUMBER = /^\d{1,6}(?:\.\d{1,2})?$/;

function* formulas(event) {
  for (const record of event.Records) {
    const discount = unmarshall(record.dynamodb?.NewImage ?? {});
    const { state, terms } = discount;
    if (state?.toUpperCase() !== 'ACTIVE' || typeof terms?.formula !== 'string') continue;
    if (['percent', 'steps'].includes(terms.kind)) yield terms.formula;
  }
}

exports.vulnerable = async (event) => {
  for (const formula of formulas(event)) {
    try {
      new Function('price', `return (${formula});`)(100);
    } catch {
      continue;
    }
  }
};

exports.safe = async (event) => {
  for (const formula of formulas(event)) {
    const [rate, rest] = formula.split('*');
    if (rest?.trim() === 'price' && NUMBER.test(rate.trim())) console.log(Number(rate) * 100);
  }
};
