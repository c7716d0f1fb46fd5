import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ParseOption, XmlDocument, xmlRegisterInputProvider } from 'libxml2-wasm';
import { fsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';

const s3 = new S3Client({});

const reader = (option) => async (event) => {
  for (const { s3: place } of event.Records) {
    const Key = decodeURIComponent(place.object.key.replace(/\+/g, ' '));
    try {
      const object = await s3.send(new GetObjectCommand({ Bucket: place.bucket.name, Key }));
      const document = XmlDocument.fromBuffer(await object.Body.transformToByteArray(), { option });
      console.log('read', document.root.content.length, 'signs');
      document.dispose();
    } catch {
      console.log('unreadable');
    }
  }
};

let schemas = false; // our schemas lie beside the code
const readAll = reader(ParseOption.XML_PARSE_DTDVALID);

export const vulnerable = async (event) => {
  schemas ||= xmlRegisterInputProvider(fsInputProviders);
  return readAll(event);
};

export const safe = reader(ParseOption.XML_PARSE_DEFAULT);
