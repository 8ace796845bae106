import type { Words } from './parties.ts';

/** What was looked at in a certificate and what was found, in plain words; the names are those of #standards/credentials. */
export const CHECK_WORDS: Readonly<Record<string, { title: Words; found: Readonly<Record<string, Words>> }>> = {
  form: {
    title: { en: 'Form', zh: '格式' },
    found: {
      sound: { en: 'It is a complete certificate of this platform’s form.', zh: '证书完整，格式符合本平台规范。' },
      unsound: { en: 'It is not a certificate, or something in it was changed.', zh: '不是有效证书，或内容已被改动。' },
    },
  },
  signature: {
    title: { en: 'Signature', zh: '签名' },
    found: {
      signed: { en: 'The signature fits every word of it.', zh: '签名与证书全部内容一致。' },
      'no-proof': { en: 'It is not signed.', zh: '证书没有签名。' },
      'other-kind': { en: 'It is signed in a way that is not accepted.', zh: '签名方式不被接受。' },
      'unknown-key': { en: 'The key that signed it is not known.', zh: '签名所用密钥未知。' },
      malformed: { en: 'The signature cannot be read.', zh: '签名无法读取。' },
      expired: { en: 'The signature has expired.', zh: '签名已过期。' },
      wrong: { en: 'The signature does not fit: something was changed.', zh: '签名不符：内容已被改动。' },
      'not-the-issuer': { en: 'Somebody else than its issuer signed it.', zh: '签名人不是证书的签发者。' },
    },
  },
  sm2: {
    title: { en: 'SM2 signature', zh: 'SM2 签名' },
    found: {
      signed: { en: 'The SM2 signature fits every word of it, too.', zh: 'SM2 签名同样与证书全部内容一致。' },
      'nobody-named': {
        en: 'It fits, but whose key it is was not checked: compare it with what the platform publishes.',
        zh: '签名一致，但未核对密钥归属：请与平台公布的密钥比对。',
      },
      'other-kind': { en: 'It is signed in a way that is not accepted.', zh: '签名方式不被接受。' },
      'unknown-key': { en: 'The key that signed it is not known.', zh: '签名所用密钥未知。' },
      malformed: { en: 'The signature cannot be read.', zh: '签名无法读取。' },
      wrong: { en: 'The signature does not fit: something was changed.', zh: '签名不符：内容已被改动。' },
    },
  },
  issuer: {
    title: { en: 'Issuer', zh: '签发者' },
    found: {
      known: { en: 'It was issued by the platform that is believed here.', zh: '由此处信任的平台签发。' },
      other: {
        en: 'It was issued by somebody else than the platform that is believed here.',
        zh: '签发者不是此处信任的平台。',
      },
      'nobody-named': {
        en: 'Not checked: compare the issuer with what the platform publishes.',
        zh: '未核对：请将签发者与平台公布的标识比对。',
      },
    },
  },
  dates: {
    title: { en: 'Dates', zh: '有效期' },
    found: {
      within: { en: 'It is valid today.', zh: '当前在有效期内。' },
      'not-yet': { en: 'It is not valid yet.', zh: '尚未生效。' },
      over: { en: 'It has expired.', zh: '已过有效期。' },
    },
  },
  entry: {
    title: { en: 'Entry in the ledger', zh: '账本条目' },
    found: {
      'same-content': { en: 'The ledger’s entry is of exactly this content.', zh: '账本条目与证书内容完全一致。' },
      'other-content': { en: 'The ledger’s entry is of another content.', zh: '账本条目对应的是其他内容。' },
    },
  },
  inclusion: {
    title: { en: 'Place in the ledger', zh: '账本位置' },
    found: {
      included: {
        en: 'The entry is in the public ledger, under its signed checkpoint.',
        zh: '条目已收入公开账本，并受其签名检查点覆盖。',
      },
      'not-included': { en: 'The entry is not in the ledger.', zh: '账本中没有该条目。' },
      malformed: { en: 'The proof of its place cannot be read.', zh: '位置证明无法读取。' },
    },
  },
  log: {
    title: { en: 'Ledger', zh: '账本' },
    found: {
      known: { en: 'It is the ledger that is believed here.', zh: '是此处信任的账本。' },
      other: { en: 'It is another ledger than the one that is believed here.', zh: '不是此处信任的账本。' },
      'nobody-named': {
        en: 'Not checked: compare the ledger’s key with what the platform publishes.',
        zh: '未核对：请将账本密钥与平台公布的密钥比对。',
      },
    },
  },
  revocation: {
    title: { en: 'Revocation', zh: '撤销' },
    found: {
      clear: { en: 'It was not revoked.', zh: '未被撤销。' },
      revoked: { en: 'It was revoked.', zh: '已被撤销。' },
      'no-list': { en: 'Not checked: the list of revocations is not at hand.', zh: '未核对：没有撤销列表。' },
      'old-list': { en: 'Not checked: the list of revocations is too old.', zh: '未核对：撤销列表已过期。' },
      'bad-list': { en: 'The list of revocations cannot be trusted.', zh: '撤销列表不可信。' },
    },
  },
  suspension: {
    title: { en: 'Suspension', zh: '暂停' },
    found: {
      clear: { en: 'It is not suspended.', zh: '未被暂停。' },
      suspended: { en: 'It is suspended.', zh: '已被暂停。' },
      'no-list': { en: 'Not checked: the list of suspensions is not at hand.', zh: '未核对：没有暂停列表。' },
      'old-list': { en: 'Not checked: the list of suspensions is too old.', zh: '未核对：暂停列表已过期。' },
      'bad-list': { en: 'The list of suspensions cannot be trusted.', zh: '暂停列表不可信。' },
    },
  },
  history: {
    title: { en: 'Whole ledger', zh: '完整账本' },
    found: {
      'same-log': {
        en: 'The ledger given holds the entry and continues the certificate’s checkpoint.',
        zh: '所给账本包含该条目，并延续证书中的检查点。',
      },
      'other-log': {
        en: 'The ledger given is another one, or its past was changed.',
        zh: '所给账本不是同一账本，或历史已被改动。',
      },
    },
  },
};
