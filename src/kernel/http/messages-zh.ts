/** Chinese for the constant messages of Problems; keys are the messages as they stand in the code. */
export const MESSAGES_ZH: Readonly<Record<string, string>> = {
  'this account may not do that': '此账号无权执行该操作',
  'there is no such thing': '未找到该内容',
  'the database is away for a moment': '数据库暂时不可用，请稍后再试',
  'the request is not as it should be': '请求内容不符合要求',
  'the request is too large': '请求内容过大',
  'this media type is not understood': '不支持该内容类型',
  'too many requests: wait a moment': '请求过于频繁，请稍候',
  'the server is too busy: try again in a moment': '服务器繁忙，请稍后再试',
  'the request could not be read': '无法读取该请求',
  'the server made a mistake; it was written down under this number': '服务器发生错误，已按此编号记录',
  'there is no such address': '该地址不存在',
  'somebody settled this dead letter already': '该死信已被他人处理',
  'say why the dead letter needs no replay': '请说明为何无需重放该死信',
};
