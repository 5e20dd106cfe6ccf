// The same row with Go's crypto/x509.
//
// peer DUMP; then on standard input, a line each:
//
//	run N        reads the first N certificates, answers with the seconds that it took
//	rows N FILE  writes their rows, tab-separated, a null as \N
package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

type row struct {
	sha256, serial         string
	issuerName, holderName *string
	notBefore, notAfter    int64
	profile                string
	kind                   *string
	icpBrasil              bool
	holderCnpj, holderCpf  *string
	responsibleName        *string
	responsibleCpf         *string
	status, reason         string
	number                 *string
	holderEmail            *string
	nisStatus              string
	nisNumber              *string
	key                    string
	keyBits                *int
}

const (
	person = iota + 1
	responsibleName
	cnpjField
	responsible
	_
	ceiPerson
	ceiCompany
	companyName
	fields = 13
)

type certificateType struct{ name, profile string }

var types = map[int]certificateType{
	1: {"A1", ""}, 2: {"A2", ""}, 3: {"A3", ""}, 4: {"A4", ""},
	101: {"S1", ""}, 102: {"S2", ""}, 103: {"S3", ""}, 104: {"S4", ""},
	201: {"SE-S", "selo-eletronico"}, 202: {"SE-H", "selo-eletronico"},
	303: {"T3", "timestamp"}, 304: {"T4", "timestamp"},
	401: {"AE-S", "application"}, 402: {"AE-H", "application"},
	500: {"CF-e-SAT", "cf-e-sat"}, 550: {"OM-BR", "om-br"},
}

var (
	sanOid     = asn1.ObjectIdentifier{2, 5, 29, 17}
	policyArc  = asn1.ObjectIdentifier{2, 16, 76, 1, 2}
	fieldArc   = asn1.ObjectIdentifier{2, 16, 76, 1, 3}
	commonName = asn1.ObjectIdentifier{2, 5, 4, 3}
	numberOid  = asn1.ObjectIdentifier{2, 5, 4, 5}
	organOid   = asn1.ObjectIdentifier{2, 5, 4, 10}
	emailOid   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}
	unitOid    = asn1.ObjectIdentifier{2, 5, 4, 11}
)

type otherName struct {
	Oid   asn1.ObjectIdentifier
	Value asn1.RawValue
}

func under(oid, arc asn1.ObjectIdentifier) bool {
	return len(oid) > len(arc) && oid[:len(arc)].Equal(arc)
}

func first(name pkix.Name, oid asn1.ObjectIdentifier) *string {
	for _, attribute := range name.Names {
		if attribute.Type.Equal(oid) {
			text, _ := attribute.Value.(string)
			return &text
		}
	}
	return nil
}

func label(name pkix.Name) *string {
	if found := first(name, commonName); found != nil {
		return found
	}
	if units := name.OrganizationalUnit; len(units) > 0 {
		return &units[len(units)-1]
	}
	return first(name, organOid)
}

func readNames(value []byte, found *[fields]*string) error {
	var names asn1.RawValue
	if _, err := asn1.Unmarshal(value, &names); err != nil {
		return err
	}
	for rest := names.Bytes; len(rest) > 0; {
		var entry asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &entry); err != nil {
			return err
		}
		if entry.Class != asn1.ClassContextSpecific || entry.Tag != 0 {
			continue
		}
		var other otherName
		if _, err = asn1.UnmarshalWithParams(entry.FullBytes, &other, "tag:0"); err != nil {
			return err
		}
		if n := len(fieldArc); under(other.Oid, fieldArc) && other.Oid[n] < fields {
			var inner asn1.RawValue
			if _, err = asn1.Unmarshal(other.Value.Bytes, &inner); err != nil {
				return err
			}
			text := string(inner.Bytes)
			found[other.Oid[n]] = &text
		}
	}
	return nil
}

func read(der []byte) (row, error) {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return row{}, err
	}
	var field [fields]*string
	for _, extension := range certificate.Extensions {
		if extension.Id.Equal(sanOid) {
			if err := readNames(extension.Value, &field); err != nil {
				return row{}, err
			}
		}
	}
	var kind *certificateType
	icpBrasil := false
	for _, policy := range certificate.PolicyIdentifiers {
		if under(policy, policyArc) {
			icpBrasil = true
			if found, ok := types[policy[len(policyArc)]]; ok && kind == nil {
				kind = &found
			}
		}
	}
	cn, serial := first(certificate.Subject, commonName), first(certificate.Subject, numberOid)
	bare, number := split(cn)
	profile := profileOf(certificate, kind, &field, cn, serial, number)

	holder := bare
	if profile == "application" {
		holder, _ = split(first(certificate.Subject, organOid))
	}
	if company := informed(field[companyName]); company != nil {
		holder = company
	}
	company, cpf, other := informed(field[cnpjField]), cpfOf(field[person]), cpfOf(field[responsible])
	verdict := absence(profile, icpBrasil)
	if cei := either(field[ceiPerson], field[ceiCompany]); cei != nil {
		verdict = judge(*cei, cpf, other, number, serial)
	}
	numbered := profile == "application" || profile == "selo-eletronico"
	if company == nil && numbered && serial != nil && isCnpj(*serial) {
		company = serial
	}
	byCpf := profile == "application" || profile == "pf"
	if cpf == nil && byCpf && serial != nil && isCpf(*serial) {
		cpf = serial
	}
	var name *string
	if kind != nil && !certificate.IsCA {
		name = &kind.name
	}
	nis := judgeNis(profile, icpBrasil, field[person])
	key, bits := keyOf(certificate)
	digest := sha256.Sum256(der)
	return row{
		hex.EncodeToString(digest[:]), hex.EncodeToString(certificate.SerialNumber.Bytes()),
		label(certificate.Issuer), holder, certificate.NotBefore.Unix(), certificate.NotAfter.Unix(),
		profile, name, icpBrasil, company, cpf, informed(field[responsibleName]), other,
		verdict.status, verdict.reason, verdict.number,
		emailOf(certificate), nis.status, nis.number, key, bits,
	}, nil
}

func emailOf(certificate *x509.Certificate) *string {
	if len(certificate.EmailAddresses) > 0 {
		return &certificate.EmailAddresses[0]
	}
	return first(certificate.Subject, emailOid)
}

func keyOf(certificate *x509.Certificate) (string, *int) {
	switch key := certificate.PublicKey.(type) {
	case *rsa.PublicKey:
		bits := key.N.BitLen()
		return "RSA", &bits
	case *ecdsa.PublicKey:
		return "EC", nil
	case ed25519.PublicKey:
		return "Ed25519", nil
	}
	return "", nil
}

func either(one, other *string) *string {
	if one != nil {
		return one
	}
	return other
}

func split(name *string) (*string, *string) {
	if name == nil {
		return nil, nil
	}
	if colon := strings.LastIndexByte(*name, ':'); colon >= 0 {
		number := strings.TrimSpace((*name)[colon+1:])
		if isNumber(number) || isCompany(number) {
			bare := strings.TrimSpace((*name)[:colon])
			return &bare, &number
		}
	}
	bare := strings.TrimSpace(*name)
	return &bare, nil
}

func isCompany(text string) bool {
	for _, c := range text {
		if !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z') {
			return false
		}
	}
	return len(text) == 14 && isNumber(text[12:])
}

func informed(text *string) *string {
	if text == nil {
		return nil
	}
	stripped := strings.TrimSpace(*text)
	if strings.Trim(stripped, "0 ") == "" {
		return nil
	}
	return &stripped
}

func cpfOf(block *string) *string {
	if block == nil || len(*block) < 19 {
		return nil
	}
	number := (*block)[8:19]
	return informed(&number)
}

func profileOf(
	certificate *x509.Certificate, kind *certificateType, field *[fields]*string,
	name, serial, number *string,
) string {
	switch {
	case certificate.IsCA:
		return "ca"
	case kind == nil:
		return "other"
	case kind.profile != "":
		return kind.profile
	case informed(field[companyName]) != nil && field[cnpjField] != nil:
		return "equipment"
	case field[cnpjField] != nil || field[responsible] != nil || field[responsibleName] != nil:
		return "e-cnpj"
	}
	byCpf := serial != nil && len(*serial) == 11 && isNumber(*serial) &&
		(name == nil || !strings.Contains(*name, ":"))
	switch {
	case byCpf && (kind.name == "A3" || kind.name == "A4"):
		return "pf"
	case field[person] != nil || field[ceiPerson] != nil:
		return "e-cpf"
	case field[ceiCompany] != nil:
		return "e-cnpj"
	case len(certificate.DNSNames) > 0:
		return "equipment"
	case number != nil && isCpf(*number):
		return "e-cpf"
	case number != nil && isCnpj(*number):
		return "e-cnpj"
	}
	return "other"
}

type verdict struct {
	status, reason string
	number         *string
}

func absence(profile string, icpBrasil bool) verdict {
	switch profile {
	case "ca":
		return verdict{"not_applicable", "ca", nil}
	case "other":
		if icpBrasil {
			return verdict{"absent", "profile_unknown", nil}
		}
		return verdict{"not_applicable", "not_icp_brasil", nil}
	case "pf":
		return verdict{"absent", "optional_in_profile", nil}
	case "e-cpf", "e-cnpj":
		return verdict{"absent", "missing_in_legacy_profile", nil}
	}
	return verdict{"not_applicable", "profile_without_field", nil}
}

func judge(text string, cpfs ...*string) verdict {
	digits := strings.Trim(text, " ")
	switch {
	case text == "":
		return verdict{"blank", "empty", nil}
	case digits == "":
		return verdict{"blank", "blanks", nil}
	case strings.Trim(digits, "0 ") == "":
		return verdict{"blank", "zeros", nil}
	}
	var number *string
	if isNumber(digits) {
		number = &digits
	}
	switch {
	case isCnpj(digits):
		return verdict{"doubtful", "looks_like_cnpj", number}
	case number == nil:
		return verdict{"doubtful", "characters", nil}
	case len(digits) != 12:
		return verdict{"doubtful", otherRegister(digits), number}
	}
	for _, cpf := range cpfs {
		if cpf != nil && len(*cpf) == 11 && digits[:9] == (*cpf)[:9] {
			return verdict{"doubtful", "caepf_without_check_digits", number}
		}
	}
	if !isCei(digits) {
		return verdict{"doubtful", "check_digit", number}
	}
	return verdict{"present", "ok", number}
}

func judgeNis(profile string, icpBrasil bool, block *string) verdict {
	isPerson := profile == "e-cpf" || profile == "pf"
	if block == nil || !(isPerson || profile == "other" && icpBrasil) {
		if isPerson {
			return verdict{"absent", "", nil}
		}
		return verdict{"not_applicable", "", nil}
	}
	if len(*block) <= 19 {
		return verdict{"absent", "", nil}
	}
	place := (*block)[19:]
	if len(place) > 11 {
		place = place[:11]
	}
	digits := strings.Trim(place, " ")
	switch {
	case strings.Trim(digits, "0 ") == "":
		return verdict{"blank", "", nil}
	case !isNumber(digits):
		return verdict{"doubtful", "", nil}
	case isNis(digits):
		return verdict{"present", "", &digits}
	}
	return verdict{"doubtful", "", &digits}
}

func isNis(digits string) bool {
	return len(digits) == 11 && digits[10] == mod11(digits[:10], nisWeights)
}

func otherRegister(digits string) string {
	switch {
	case len(digits) == 14 && isCaepf(digits):
		return "looks_like_caepf"
	case isCpf(digits):
		return "looks_like_cpf"
	case isNis(digits):
		return "looks_like_nis"
	}
	return "length"
}

var (
	cpfWeights  = []int{11, 10, 9, 8, 7, 6, 5, 4, 3, 2}
	cnpjWeights = []int{6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2}
	nisWeights  = []int{3, 2, 9, 8, 7, 6, 5, 4, 3, 2}
)

func isNumber(text string) bool {
	for n := 0; n < len(text); n++ {
		if text[n] < '0' || text[n] > '9' {
			return false
		}
	}
	return text != ""
}

func mod11(text string, weights []int) byte {
	sum := 0
	for n := 0; n < len(text); n++ {
		sum += weights[n] * int(text[n]-'0')
	}
	return '0' + byte((11-sum%11)%11%10)
}

func isCpf(text string) bool {
	return len(text) == 11 && isNumber(text) && strings.Trim(text, text[:1]) != "" &&
		text[9] == mod11(text[:9], cpfWeights[1:]) && text[10] == mod11(text[:10], cpfWeights)
}

func isCnpj(text string) bool {
	if len(text) != 14 || text[:12] == "000000000000" || !isNumber(text[12:]) {
		return false
	}
	for n := 0; n < 12; n++ {
		if !(text[n] >= '0' && text[n] <= '9' || text[n] >= 'A' && text[n] <= 'Z') {
			return false
		}
	}
	return text[12] == mod11(text[:12], cnpjWeights[1:]) && text[13] == mod11(text[:13], cnpjWeights)
}

func isCaepf(text string) bool {
	first := mod11(text[:12], cnpjWeights[1:])
	second := mod11(text[:12]+string(first), cnpjWeights)
	both := (int(first-'0')*10 + int(second-'0') + 12) % 100
	return strings.Trim(text[:9], "0") != "" && text[12:] == fmt.Sprintf("%02d", both)
}

func isCei(text string) bool {
	sum := 0
	for n, weight := range []int{7, 4, 1, 8, 5, 2, 1, 6, 3, 7, 4} {
		sum += weight * int(text[n]-'0')
	}
	digit := '0' + byte((10-(sum/10%10+sum%10)%10)%10)
	return text[11] == digit || digit == '0' && text[11] == '1'
}

func load(path string) (certificates [][]byte) {
	all, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	for len(all) > 4 {
		size := binary.LittleEndian.Uint32(all)
		certificates = append(certificates, all[4:4+size])
		all = all[4+size:]
	}
	return certificates
}

func write(path string, rows []row) {
	file, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	out := bufio.NewWriter(file)
	text := func(value *string) string {
		if value == nil {
			return `\N`
		}
		return *value
	}
	for _, r := range rows {
		bits := `\N`
		if r.keyBits != nil {
			bits = strconv.Itoa(*r.keyBits)
		}
		fmt.Fprintln(out, strings.Join([]string{
			r.sha256, r.serial, text(r.issuerName), text(r.holderName),
			strconv.FormatInt(r.notBefore, 10), strconv.FormatInt(r.notAfter, 10), r.profile,
			text(r.kind), strconv.FormatBool(r.icpBrasil), text(r.holderCnpj), text(r.holderCpf),
			text(r.responsibleName), text(r.responsibleCpf), r.status, r.reason, text(r.number),
			text(r.holderEmail), r.nisStatus, text(r.nisNumber), r.key, bits,
		}, "\t"))
	}
	out.Flush()
	file.Close()
}

func main() {
	certificates := load(os.Args[1])
	fmt.Println("ready")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		words := strings.SplitN(lines.Text(), " ", 3)
		count, _ := strconv.Atoi(words[1])
		start := time.Now()
		rows := make([]row, count)
		for n := range rows {
			var err error
			if rows[n], err = read(certificates[n]); err != nil {
				panic(err)
			}
		}
		seconds := time.Since(start).Seconds()
		if words[0] == "rows" {
			write(words[2], rows)
		}
		fmt.Println(seconds)
	}
}
