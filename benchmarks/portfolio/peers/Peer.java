// The same row with BouncyCastle's ASN.1 classes.
//
// java -cp .:bcprov.jar Peer DUMP; then on standard input, a line each:
//   run N        reads the first N certificates, answers with the seconds that it took
//   rows N FILE  writes their rows, tab-separated, a null as \N

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;

public class Peer {
    record Row(
            String sha256, String serial, String issuerName, String holderName, long notBefore,
            long notAfter, String profile, String type, boolean icpBrasil, String holderCnpj,
            String holderCpf, String responsibleName, String responsibleCpf, String status,
            String reason, String number, String holderEmail, String nisStatus, String nisNumber,
            String key, Integer keyBits) {}

    record Type(String name, String profile) {}

    static final String POLICIES = "2.16.76.1.2.", FIELDS = "2.16.76.1.3.";
    static final int PERSON = 1, RESPONSIBLE_NAME = 2, CNPJ = 3, RESPONSIBLE = 4, CEI_PERSON = 6,
            CEI_COMPANY = 7, COMPANY = 8;
    static final Map<String, Type> TYPES = Map.ofEntries(
            Map.entry("1", new Type("A1", null)), Map.entry("2", new Type("A2", null)),
            Map.entry("3", new Type("A3", null)), Map.entry("4", new Type("A4", null)),
            Map.entry("101", new Type("S1", null)), Map.entry("102", new Type("S2", null)),
            Map.entry("103", new Type("S3", null)), Map.entry("104", new Type("S4", null)),
            Map.entry("201", new Type("SE-S", "selo-eletronico")),
            Map.entry("202", new Type("SE-H", "selo-eletronico")),
            Map.entry("303", new Type("T3", "timestamp")),
            Map.entry("304", new Type("T4", "timestamp")),
            Map.entry("401", new Type("AE-S", "application")),
            Map.entry("402", new Type("AE-H", "application")),
            Map.entry("500", new Type("CF-e-SAT", "cf-e-sat")),
            Map.entry("550", new Type("OM-BR", "om-br")));
    static final Map<String, String> KEYS = Map.of(
            "1.2.840.113549.1.1.1", "RSA", "1.2.840.113549.1.1.10", "RSA-PSS",
            "1.2.840.10045.2.1", "EC", "1.3.101.112", "Ed25519", "1.3.101.113", "Ed448");
    static final char[] HEX = "0123456789abcdef".toCharArray();

    static MessageDigest digest;
    static List<byte[]> certificates = new ArrayList<>();
    static Row[] kept;

    public static void main(String[] arguments) throws Exception {
        digest = MessageDigest.getInstance("SHA-256");
        load(Path.of(arguments[0]));
        System.out.println("ready");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = lines.readLine()) != null; ) {
            String[] words = line.split(" ", 3);
            int count = Integer.parseInt(words[1]);
            long start = System.nanoTime();
            Row[] rows = new Row[count];
            for (int n = 0; n < count; n++) rows[n] = read(certificates.get(n));
            kept = rows;
            if (words[0].equals("rows")) write(words[2], rows);
            System.out.println((System.nanoTime() - start) / 1e9);
        }
    }

    static void load(Path dump) throws Exception {
        try (FileChannel file = FileChannel.open(dump)) {
            ByteBuffer some = ByteBuffer.allocate(1 << 24).order(ByteOrder.LITTLE_ENDIAN);
            while (file.read(some) > 0 || some.position() > 0) {
                some.flip();
                while (some.remaining() > 4 && some.remaining() >= 4 + some.getInt(some.position())) {
                    byte[] der = new byte[some.getInt()];
                    some.get(der);
                    certificates.add(der);
                }
                some.compact();
            }
        }
    }

    static Row read(byte[] der) throws Exception {
        Certificate certificate = Certificate.getInstance(der);
        TBSCertificate signed = certificate.getTBSCertificate();
        X500Name subject = signed.getSubject();
        Extensions extensions = signed.getExtensions();
        String[] fields = new String[13];
        boolean hasDns = false;
        String email = null;
        GeneralNames names = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
        for (GeneralName name : names == null ? new GeneralName[0] : names.getNames()) {
            hasDns |= name.getTagNo() == GeneralName.dNSName;
            if (name.getTagNo() == GeneralName.rfc822Name && email == null) email = text(name.getName());
            if (name.getTagNo() != GeneralName.otherName) continue;
            ASN1Sequence other = ASN1Sequence.getInstance(name.getName());
            String oid = ((ASN1ObjectIdentifier) other.getObjectAt(0)).getId();
            int field = oid.startsWith(FIELDS) ? Integer.parseInt(oid.substring(FIELDS.length())) : 0;
            if (field > 0 && field < fields.length)
                fields[field] = text(((ASN1TaggedObject) other.getObjectAt(1)).getExplicitBaseObject());
        }
        Type type = null;
        boolean icpBrasil = false;
        CertificatePolicies policies = CertificatePolicies.fromExtensions(extensions);
        if (policies != null)
            for (PolicyInformation policy : policies.getPolicyInformation()) {
                String oid = policy.getPolicyIdentifier().getId();
                if (!oid.startsWith(POLICIES)) continue;
                icpBrasil = true;
                if (type == null) type = TYPES.get(oid.substring(POLICIES.length()).split("\\.", 2)[0]);
            }
        BasicConstraints limits = BasicConstraints.fromExtensions(extensions);
        boolean isCa = limits != null && limits.isCA();
        String commonName = first(subject, BCStyle.CN), serial = first(subject, BCStyle.SERIALNUMBER);
        String[] split = split(commonName);
        String profile = profile(type, isCa, fields, commonName, serial, hasDns, split[1]);

        boolean application = profile.equals("application");
        String holder = application ? split(first(subject, BCStyle.O))[0] : split[0];
        String company = informed(fields[COMPANY]), cnpj = informed(fields[CNPJ]);
        String cpf = cpf(fields[PERSON]), responsibleCpf = cpf(fields[RESPONSIBLE]);
        boolean numbered = application || profile.equals("selo-eletronico");
        if (cnpj == null && numbered && isCnpj(serial)) cnpj = serial;
        if (cpf == null && (application || profile.equals("pf")) && isCpf(serial)) cpf = serial;
        String cei = fields[CEI_PERSON] != null ? fields[CEI_PERSON] : fields[CEI_COMPANY];
        String[] verdict = cei == null ? absence(profile, icpBrasil)
                : judge(cei, cpf(fields[PERSON]), responsibleCpf, split[1], serial);
        String[] nis = nis(profile, icpBrasil, fields[PERSON]);
        SubjectPublicKeyInfo info = signed.getSubjectPublicKeyInfo();
        String key = KEYS.get(info.getAlgorithm().getAlgorithm().getId());
        Integer bits = "RSA".equals(key)
                ? (Integer) RSAPublicKey.getInstance(info.parsePublicKey()).getModulus().bitLength() : null;
        return new Row(
                hex(digest.digest(der)), hex(unsigned(signed.getSerialNumber().getPositiveValue().toByteArray())),
                label(signed.getIssuer()), company != null ? company : holder,
                signed.getStartDate().getDate().getTime() / 1000,
                signed.getEndDate().getDate().getTime() / 1000,
                profile, type == null || isCa ? null : type.name(), icpBrasil, cnpj, cpf,
                informed(fields[RESPONSIBLE_NAME]), responsibleCpf, verdict[0], verdict[1], verdict[2],
                email != null ? email : first(subject, BCStyle.EmailAddress), nis[0], nis[1], key, bits);
    }

    static String text(ASN1Encodable value) {
        if (value instanceof ASN1OctetString octets)
            return new String(octets.getOctets(), StandardCharsets.UTF_8);
        return ((ASN1String) value).getString();
    }

    static String first(X500Name name, ASN1ObjectIdentifier kind) {
        for (RDN rdn : name.getRDNs())
            if (rdn.getFirst().getType().equals(kind)) return text(rdn.getFirst().getValue());
        return null;
    }

    static String label(X500Name name) {
        String found = first(name, BCStyle.CN);
        if (found != null) return found;
        RDN[] units = name.getRDNs(BCStyle.OU);
        return units.length > 0 ? text(units[units.length - 1].getFirst().getValue()) : first(name, BCStyle.O);
    }

    static String[] split(String name) {
        if (name == null) return new String[2];
        int colon = name.lastIndexOf(':');
        String number = name.substring(colon + 1).strip();
        if (colon >= 0 && (isNumber(number) || number.matches("[0-9A-Za-z]{12}[0-9]{2}")))
            return new String[] {name.substring(0, colon).strip(), number};
        return new String[] {name.strip(), null};
    }

    static String informed(String text) {
        if (text == null) return null;
        text = text.strip();
        for (int n = 0; n < text.length(); n++)
            if (text.charAt(n) != '0' && text.charAt(n) != ' ') return text;
        return null;
    }

    static String cpf(String block) {
        return block == null || block.length() < 19 ? null : informed(block.substring(8, 19));
    }

    static String profile(Type type, boolean isCa, String[] fields, String name, String serial,
            boolean hasDns, String number) {
        if (isCa) return "ca";
        if (type == null) return "other";
        if (type.profile() != null) return type.profile();
        if (informed(fields[COMPANY]) != null && fields[CNPJ] != null) return "equipment";
        if (fields[CNPJ] != null || fields[RESPONSIBLE] != null || fields[RESPONSIBLE_NAME] != null)
            return "e-cnpj";
        boolean byCpf = serial != null && serial.length() == 11 && isNumber(serial)
                && (name == null || name.indexOf(':') < 0);
        if (byCpf && (type.name().equals("A3") || type.name().equals("A4"))) return "pf";
        if (fields[PERSON] != null || fields[CEI_PERSON] != null) return "e-cpf";
        if (fields[CEI_COMPANY] != null) return "e-cnpj";
        if (hasDns) return "equipment";
        return isCpf(number) ? "e-cpf" : isCnpj(number) ? "e-cnpj" : "other";
    }

    static String[] absence(String profile, boolean icpBrasil) {
        return switch (profile) {
            case "ca" -> new String[] {"not_applicable", "ca", null};
            case "other" -> icpBrasil ? new String[] {"absent", "profile_unknown", null}
                    : new String[] {"not_applicable", "not_icp_brasil", null};
            case "pf" -> new String[] {"absent", "optional_in_profile", null};
            case "e-cpf", "e-cnpj" -> new String[] {"absent", "missing_in_legacy_profile", null};
            default -> new String[] {"not_applicable", "profile_without_field", null};
        };
    }

    static String[] judge(String text, String... cpfs) {
        String digits = spaces(text);
        if (text.isEmpty()) return new String[] {"blank", "empty", null};
        if (digits.isEmpty()) return new String[] {"blank", "blanks", null};
        if (informed(digits) == null) return new String[] {"blank", "zeros", null};
        String number = isNumber(digits) ? digits : null;
        if (isCnpj(digits)) return new String[] {"doubtful", "looks_like_cnpj", number};
        if (number == null) return new String[] {"doubtful", "characters", null};
        if (digits.length() != 12) return new String[] {"doubtful", otherRegister(digits), number};
        for (String cpf : cpfs)
            if (cpf != null && cpf.length() == 11 && digits.startsWith(cpf.substring(0, 9)))
                return new String[] {"doubtful", "caepf_without_check_digits", number};
        return isCei(digits) ? new String[] {"present", "ok", number}
                : new String[] {"doubtful", "check_digit", number};
    }

    static String[] nis(String profile, boolean icpBrasil, String block) {
        boolean isPerson = profile.equals("e-cpf") || profile.equals("pf");
        if (block == null || !(isPerson || profile.equals("other") && icpBrasil))
            return new String[] {isPerson ? "absent" : "not_applicable", null};
        if (block.length() <= 19) return new String[] {"absent", null};
        String digits = spaces(block.substring(19, Math.min(30, block.length())));
        if (informed(digits) == null) return new String[] {"blank", null};
        if (!isNumber(digits)) return new String[] {"doubtful", null};
        return new String[] {isNis(digits) ? "present" : "doubtful", digits};
    }

    static String spaces(String text) {
        int from = 0, to = text.length();
        while (from < to && text.charAt(from) == ' ') from++;
        while (from < to && text.charAt(to - 1) == ' ') to--;
        return text.substring(from, to);
    }

    static String otherRegister(String digits) {
        if (digits.length() == 14 && isCaepf(digits)) return "looks_like_caepf";
        if (isCpf(digits)) return "looks_like_cpf";
        return isNis(digits) ? "looks_like_nis" : "length";
    }

    static boolean isNis(String digits) {
        return digits.length() == 11
                && digits.charAt(10) == '0' + mod11(digits, 10, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2);
    }

    static boolean isNumber(String text) {
        for (int n = 0; n < text.length(); n++)
            if (text.charAt(n) < '0' || text.charAt(n) > '9') return false;
        return !text.isEmpty();
    }

    static int mod11(String text, int count, int... weights) {
        int sum = 0;
        for (int n = 0; n < count; n++) sum += weights[n] * (text.charAt(n) - '0');
        return (11 - sum % 11) % 11 % 10;
    }

    static boolean isCpf(String text) {
        if (text == null || text.length() != 11 || !isNumber(text)) return false;
        return text.chars().distinct().count() > 1
                && text.charAt(9) == '0' + mod11(text, 9, 10, 9, 8, 7, 6, 5, 4, 3, 2)
                && text.charAt(10) == '0' + mod11(text, 10, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2);
    }

    static boolean isCnpj(String text) {
        if (text == null || text.length() != 14 || text.startsWith("000000000000")) return false;
        for (int n = 0; n < 14; n++) {
            char c = text.charAt(n);
            if (!(c >= '0' && c <= '9') && !(n < 12 && c >= 'A' && c <= 'Z')) return false;
        }
        return text.charAt(12) == '0' + mod11(text, 12, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
                && text.charAt(13) == '0' + mod11(text, 13, 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2);
    }

    static boolean isCaepf(String text) {
        int first = mod11(text, 12, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2);
        int second = mod11(text.substring(0, 12) + first, 13, 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2);
        int both = (first * 10 + second + 12) % 100;
        return !text.startsWith("000000000") && Integer.parseInt(text.substring(12)) == both;
    }

    static boolean isCei(String text) {
        int[] weights = {7, 4, 1, 8, 5, 2, 1, 6, 3, 7, 4};
        int sum = 0;
        for (int n = 0; n < 11; n++) sum += weights[n] * (text.charAt(n) - '0');
        int digit = (10 - (sum / 10 % 10 + sum % 10) % 10) % 10;
        return text.charAt(11) == '0' + digit || (digit == 0 && text.charAt(11) == '1');
    }

    static byte[] unsigned(byte[] number) {
        return number.length > 1 && number[0] == 0
                ? java.util.Arrays.copyOfRange(number, 1, number.length) : number;
    }

    static String hex(byte[] octets) {
        char[] digits = new char[octets.length * 2];
        for (int n = 0; n < octets.length; n++) {
            digits[2 * n] = HEX[octets[n] >> 4 & 15];
            digits[2 * n + 1] = HEX[octets[n] & 15];
        }
        return new String(digits);
    }

    static void write(String path, Row[] rows) throws Exception {
        try (PrintWriter file = new PrintWriter(path, StandardCharsets.UTF_8)) {
            for (Row row : rows) {
                List<String> cells = new ArrayList<>();
                for (var part : Row.class.getRecordComponents()) {
                    Object value = part.getAccessor().invoke(row);
                    cells.add(value == null ? "\\N" : value.toString());
                }
                file.println(String.join("\t", cells));
            }
        }
    }
}
