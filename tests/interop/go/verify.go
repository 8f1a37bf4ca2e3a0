// Verify checks a log of plain tiles with Go's own note, tlog and mldsa packages.
//
//	verify DIR ED25519-VKEY ML-DSA-VKEY INDEX ENTRY-HEX OLD-SIZE OLD-ROOT-HEX
//	verify notes FILE
//
// It prints "ok SIZE", or what is wrong and ends with status 1. The second form judges the cases of ML-DSA-44
// keys in a file of vectors, and prints how many are as they should be.
package main

import (
	"bytes"
	"crypto/mldsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

// A tileDir reads tiles of a C2SP log; Go's paths hold the height, those of tlog-tiles do not.
type tileDir string

func (d tileDir) Height() int { return tileHeight }

func (d tileDir) SaveTiles([]tlog.Tile, [][]byte) {}

func (d tileDir) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		path := strings.Replace(t.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(d), path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "notes" {
		n, err := judge(os.Args[2])
		if err != nil {
			fmt.Println("refused:", err)
			os.Exit(1)
		}
		fmt.Println("ok", n)
		return
	}
	size, err := verify(os.Args[1:])
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
	fmt.Println("ok", size)
}

func verify(args []string) (int64, error) {
	dir, ed25519Key, mldsaKey := args[0], args[1], args[2]
	index, err1 := strconv.ParseInt(args[3], 10, 64)
	entry, err2 := hex.DecodeString(args[4])
	oldSize, err3 := strconv.ParseInt(args[5], 10, 64)
	oldRoot, err4 := hex.DecodeString(args[6])
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return 0, err
	}
	signed, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return 0, err
	}
	tree, err := openCheckpoint(signed, ed25519Key, mldsaKey)
	if err != nil {
		return 0, err
	}
	hashes := tlog.TileHashReader(tree, tileDir(dir))
	proof, err := tlog.ProveRecord(tree.N, index, hashes)
	if err != nil {
		return 0, err
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
		return 0, err
	}
	growth, err := tlog.ProveTree(tree.N, oldSize, hashes)
	if err != nil {
		return 0, err
	}
	return tree.N, tlog.CheckTree(growth, tree.N, tree.Hash, oldSize, tlog.Hash(oldRoot))
}

func openCheckpoint(signed []byte, ed25519Key, mldsaKey string) (tree tlog.Tree, err error) {
	verifier, err := note.NewVerifier(ed25519Key)
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	tree, origin, err := parseHead(opened.Text)
	if err != nil || origin != verifier.Name() {
		return tree, errors.New("not a checkpoint of this log without extension lines")
	}
	return tree, checkMLDSA(opened.UnverifiedSigs, mldsaKey, origin, tree)
}

// judge holds every case of a timed ML-DSA-44 signature in a file of vectors against what it says of itself.
func judge(path string) (n int, err error) {
	var file struct {
		Tests []struct {
			ID     int
			Note   string
			Keys   []string
			Result string
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return 0, err
	}
	for _, test := range file.Tests {
		if len(test.Keys[0]) < 1000 || test.Result == "malformed" {
			continue
		}
		text, signatures, _ := strings.Cut(test.Note, "\n\n")
		tree, origin, err := parseHead(text + "\n")
		if err == nil {
			err = checkMLDSA(parseSignatures(signatures), test.Keys[0], origin, tree)
		}
		if (err == nil) != (test.Result == "valid") {
			return 0, fmt.Errorf("case %d is %s, and here: %v", test.ID, test.Result, err)
		}
		n++
	}
	return n, nil
}

func parseSignatures(lines string) (found []note.Signature) {
	for _, line := range strings.Split(strings.TrimSuffix(lines, "\n"), "\n") {
		parts := strings.Split(line, " ")
		found = append(found, note.Signature{Name: parts[1], Base64: parts[2]})
	}
	return found
}

func parseHead(text string) (tree tlog.Tree, origin string, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 {
		return tree, "", errors.New("not three lines")
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tree, "", errors.New("no root")
	}
	tree.Hash = tlog.Hash(root)
	tree.N, err = strconv.ParseInt(lines[1], 10, 64)
	return tree, lines[0], err
}

// checkMLDSA verifies the C2SP tlog-cosignature of type 0x06 by a key.
func checkMLDSA(lines []note.Signature, vkey, origin string, tree tlog.Tree) error {
	parts := strings.SplitN(vkey, "+", 3)
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || raw[0] != 0x06 {
		return errors.New("no ML-DSA-44 key")
	}
	id := sha256.Sum256(append([]byte(parts[0]+"\n"), raw...))
	public, err := mldsa.NewPublicKey(mldsa.MLDSA44(), raw[1:])
	if err != nil {
		return err
	}
	for _, line := range lines {
		data, err := base64.StdEncoding.DecodeString(line.Base64)
		if err != nil || line.Name != parts[0] || !bytes.Equal(data[:4], id[:4]) {
			continue
		}
		if len(data) < 12 {
			return errors.New("no time")
		}
		message := []byte("subtree/v1\n\x00")
		message = append(append(message, byte(len(parts[0]))), parts[0]...)
		message = append(message, data[4:12]...)
		message = append(append(message, byte(len(origin))), origin...)
		message = binary.BigEndian.AppendUint64(message, 0)
		message = binary.BigEndian.AppendUint64(message, uint64(tree.N))
		message = append(message, tree.Hash[:]...)
		return mldsa.Verify(public, message, data[12:], nil)
	}
	return errors.New("no ML-DSA-44 signature")
}
