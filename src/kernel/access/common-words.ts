/**
 * Words that lists of leaked passwords are made of, lower case and with digits turned to letters (1 i, 3 e, 0 o, 4 a, 5 s, 7 t),
 * longest first, so that a long word is taken away before its parts.
 */
export const COMMON_WORDS: readonly string[] = [
  'qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'qazwsxedc', 'qazwsx', 'qwerty', 'qwertz', 'azerty', 'asdfgh', 'asdf', 'zxcvbn', 'iqaz', 'zaqi',
  'ewsx', 'iqazewsx', 'abcdefgh', 'abcdef', 'abcd', 'ieeasst', 'ieaast', 'aieeas', 'ieeas', 'ieea', 'eeas', 'password', 'passwort',
  'passw', 'pass', 'passphrase', 'secret', 'letmein', 'welcome', 'changeme', 'change', 'default', 'admin', 'administrator', 'root',
  'superuser', 'login', 'guest', 'user', 'test', 'testing', 'demo', 'temp', 'temporary', 'hello', 'iloveyou', 'love', 'lovely',
  'monkey', 'dragon', 'sunshine', 'princess', 'football', 'baseball', 'basketball', 'soccer', 'hockey', 'master', 'shadow',
  'michael', 'jennifer', 'jordan', 'superman', 'batman', 'trustno', 'killer', 'summer', 'winter', 'spring', 'autumn', 'january',
  'february', 'march', 'april', 'august', 'september', 'october', 'november', 'december', 'monday', 'friday', 'sunday', 'whatever',
  'freedom', 'flower', 'computer', 'internet', 'server', 'system', 'samsung', 'google', 'apple', 'microsoft', 'windows', 'linux',
  'charlie', 'thomas', 'robert', 'daniel', 'andrew', 'joshua', 'matthew', 'jessica', 'ashley', 'hunter', 'tigger', 'pokemon',
  'starwars', 'matrix', 'ginger', 'cookie', 'cheese', 'banana', 'orange', 'purple', 'yellow', 'silver', 'golden', 'diamond',
  'woaini', 'nihao', 'zhongguo', 'beijing', 'shanghai', 'guangzhou', 'guangdong', 'shenzhen', 'hongkong', 'macau', 'macao',
  'china', 'banyan', 'hospital', 'clinic', 'doctor', 'nurse', 'patient', 'medical', 'medicine', 'health', 'laboratory', 'labor',
  'clinician', 'courier', 'company', 'office', 'secure', 'security', 'access', 'private', 'account',
].sort((a, b) => b.length - a.length);
